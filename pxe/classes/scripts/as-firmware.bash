# Runs a command where /sys/firmware/efi is as on a machine with another firmware: class scripts look for it.
# usage: as-firmware.bash bios|uefi COMMAND…     Where mounting is not allowed, it runs as it is.
namespace=(unshare --map-root-user --mount)
[ "$EUID" = 0 ] && namespace=(unshare --mount)
if [ -d /sys/firmware ] && "${namespace[@]}" mount -t tmpfs tmpfs /sys/firmware 2>/dev/null; then
    exec "${namespace[@]}" bash -c '
        mount -t tmpfs tmpfs /sys/firmware
        [ "$1" = bios ] || mkdir /sys/firmware/efi
        exec "${@:2}"' bash "$@"
fi
exec "${@:2}"
