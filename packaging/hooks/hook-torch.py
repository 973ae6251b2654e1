"""What of torch goes into the package, instead of PyInstaller's usual "everything".

PyInstaller's own analysis finds the modules that are imported; the libraries that those load are named here.
"""

from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_dynamic_libs, collect_submodules

binaries = collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
hiddenimports = collect_submodules("torch._dynamo.polyfills")  # imported by names in a list
# torch looks for its libraries beside libtorch_cpu, and so must not meet a symbolic link to that.
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
warn_on_missing_hiddenimports = False
