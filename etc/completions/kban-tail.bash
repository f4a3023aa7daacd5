# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of kban-tail for bash.

_kban_tail()
{
    local current=${COMP_WORDS[COMP_CWORD]} candidates=''
    local options='--config --dry-run --foreground --help --json --log --log-target --now --once --socket --state --test --version'

    COMPREPLY=()
    case ${COMP_WORDS[COMP_CWORD - 1]} in
    -l | --log) candidates='CRITICAL ERROR WARNING NOTICE INFO DEBUG' ;;
    --log-target) candidates='STDOUT STDERR SYSOUT SYSLOG' ;;
    --now) return ;;
    *) [[ $current == -* ]] && candidates=$options ;;
    esac
    if [[ -n $candidates ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
    fi
    if ((${#COMPREPLY[@]} == 0)); then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}

complete -F _kban_tail kban-tail
