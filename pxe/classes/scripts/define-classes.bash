# Runs the class scripts of a config space the way fai-class(1) does, and says on descriptor 3 what each one printed:
# records of three fields (script, exit status, text), each field ended by a NUL.
# usage: define-classes.bash CLASS_FOLDER     environment: LOGDIR, HOSTNAME, and what the scripts themselves read
cd "$1" || exit 99
PATH=.:$PATH

_cm_report() {
    printf '%s\0%s\0%s\0' "$@" >&3
    local _cm_line
    while read -r _cm_line; do
        for _cm_class in ${_cm_line%%#*}; do printf '%s\n' "$_cm_class"; done
    done <<<"$3" >>"$LOGDIR/FAI_CLASSES"
}

set -f
echo DEFAULT >"$LOGDIR/FAI_CLASSES"
# The names come one per line on standard input, so that scripts cannot read them.
while IFS= read -r _cm_script <&4; do
    classes=$(<"$LOGDIR/FAI_CLASSES")
    export classes
    case $_cm_script in
    *.sh)
        newclasses=
        set +f
        . "./$_cm_script" </dev/null
        _cm_status=$?
        set -f
        _cm_report "$_cm_script" "$_cm_status" "$newclasses"
        ;;
    *)
        _cm_text=$("./$_cm_script" </dev/null)
        _cm_report "$_cm_script" $? "$_cm_text"
        ;;
    esac
done
if [ -f "$LOGDIR/additional-classes" ]; then
    _cm_report additional-classes 0 "$(<"$LOGDIR/additional-classes")"
fi
printf 'done\0000\0\0' >&3
