#!/bin/sh
# Installs the Debian package in a bare Debian, starts it, and removes it; no file of it may be left. Run as root:
#   unshare -m sh packaging/linux/try_debian_package.sh ROOT PACKAGE.deb
# The script changes ROOT, so give a copy. It needs Debian's mirror for the packages that this one depends on.
set -eu
root=$1 package=$2
export DEBIAN_FRONTEND=noninteractive HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin

there() { chroot "$root" "$@"; }
quietly() { there "$@" >"$root/root/log" 2>&1 || { tail -n 20 "$root/root/log"; exit 1; }; }
files() { there find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /root -o -path /tmp -o -path /var \) -prune -o -print | sort; }
known() { grep -h glyphs "$root/usr/share/mime/globs2" "$root/usr/share/applications/mimeinfo.cache"; }

mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys"
mount -t tmpfs shm "$root/dev/shm"
cp /etc/resolv.conf "$root/etc/"
cp "$package" "$root/root/glyphstudio.deb"
quietly apt-get update
quietly apt-get install -y --no-install-recommends desktop-file-utils shared-mime-info hicolor-icon-theme
# Install the dependencies first and keep them, so that the comparison below shows only this package's files.
quietly apt-get install -y --no-install-recommends /root/glyphstudio.deb
quietly dpkg --purge glyphstudio
files >"$root/root/before"
quietly dpkg --install /root/glyphstudio.deb

quietly unshare -n env -i PATH=/usr/bin:/bin HOME=/root glyphstudio --self-test --only enrol recognise 'train maml' window
quietly env -i PATH=/usr/bin:/bin HOME=/root glyphstudio enrol --name Kresh --library /root/a.glyphs \
    /usr/lib/glyphstudio/_internal/glyphstudio/assets/samples/Kresh/careful.inkml
[ "$(known | wc -l)" = 2 ] || { echo "The desktop does not know which program opens .glyphs files."; exit 1; }

quietly dpkg --purge glyphstudio
files >"$root/root/after"
if known; then echo "The desktop still knows .glyphs files."; exit 1; fi
diff "$root/root/before" "$root/root/after" || { echo "Removing the package left files, or removed others."; exit 1; }
[ -s "$root/root/a.glyphs" ] || { echo "Removing the program also removed a library."; exit 1; }
echo "installed, enrolled, recognised, trained; the desktop knew .glyphs files; removed without a trace"
