# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of kban-client for bash. Names of jails are asked of the daemon, if one answers soon.

_kban_client_jails()
{
    kban-client --timeout 1s status 2>/dev/null | sed -n 's/^`- Jail list:\t//p' | tr -d ,
}

# The words behind the command's name are in "words"; sets "candidates".
_kban_client_words()
{
    local command=$1
    shift
    case $command:$# in
    status:1) candidates="--all $(_kban_client_jails)" ;;
    status:2) candidates='basic short' ;;
    get:1) candidates="dbfile dbmaxmatches dbpurgeage loglevel logtarget syslogsocket $(_kban_client_jails)" ;;
    set:1) candidates="loglevel logtarget $(_kban_client_jails)" ;;
    get:2) candidates='action actionmethods actionproperties actions banip banned bantime bantime.factor bantime.formula
            bantime.increment bantime.maxtime bantime.multipliers bantime.overalljails bantime.rndtime datepattern
            failregex findtime ignorecache ignorecommand ignoreip ignoreregex ignoreself journalmatch logencoding logpath
            logtimezone maxlines maxmatches maxretry prefregex usedns' ;;
    get:3) [[ $2 == banip ]] && candidates='--with-time' ;;
    set:2) candidates='action addaction addignoreip addjournalmatch addlogpath banip bantime delaction delignoreip
            deljournalmatch dellogpath findtime maxretry unbanip' ;;
    set:3) case $2 in banip) candidates='--force' ;; unbanip) candidates='--report-absent' ;; esac ;;
    unban:1) candidates='--all' ;;
    reload:*) candidates="--all --if-exists --restart --unban $(_kban_client_jails)" ;;
    restart:*) candidates="--if-exists --unban $(_kban_client_jails)" ;;
    stop:1) candidates='--flush' ;;
    import-fail2ban:*) candidates='--database --dry-run --no-kernel --remove-rules' ;;
    esac
}

_kban_client()
{
    local current=${COMP_WORDS[COMP_CWORD]} candidates='' i
    local options='--socket --json --test --timeout --help --version'
    local commands='banned echo flush flushlogs get import-fail2ban ping reload restart server-status set status stop unban version why'

    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -s | --socket | --timeout) ((i++)) ;;
        -*) ;;
        *) break ;;
        esac
    done
    COMPREPLY=()
    if ((i == COMP_CWORD)); then
        [[ $current == -* ]] && candidates=$options || candidates=$commands
    elif ((i > COMP_CWORD)); then
        [[ ${COMP_WORDS[COMP_CWORD - 1]} == --timeout ]] || mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    else
        _kban_client_words "${COMP_WORDS[@]:i:COMP_CWORD-i+1}"
    fi
    mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
}

complete -F _kban_client kban-client
