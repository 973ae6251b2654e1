"""Selects the parts of torch for the package, instead of PyInstaller's usual "everything".

PyInstaller's own analysis finds the imported modules; this hook names the libraries that they load.
"""

from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_dynamic_libs, collect_submodules

binaries = collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
hiddenimports = collect_submodules("torch._dynamo.polyfills")  # torch imports them by names in a list
# torch looks for its libraries beside libtorch_cpu, so it must not find a symbolic link to that.
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]
warn_on_missing_hiddenimports = False
