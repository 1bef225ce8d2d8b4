# Sources class/<CLASS>.var in the order of the classes and prints all variables after each one, on descriptor 3:
# "class CLASS", then "NAME=VALUE" fields, each ended by a NUL; a last field "end" says that none of them left the shell.
# usage: source-variables.bash CLASS_FOLDER CLASS…
cd "$1" || exit 99
shift
export classes="$*"

_cm_print() {
    printf 'class %s\0' "$1" >&3
    for _cm_name in $(compgen -v); do
        printf '%s=%s\0' "$_cm_name" "${!_cm_name-}" >&3
    done
}

_cm_print ''
for _cm_class in "$@"; do
    if [ -f "$_cm_class.var" ] && [ -r "$_cm_class.var" ]; then
        . "./$_cm_class.var" </dev/null >/dev/null
        _cm_print "$_cm_class"
    fi
done
printf 'end\0' >&3
