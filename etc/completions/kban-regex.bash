# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of kban-regex for bash: options, the words that some take, logs, and filters by name.

# Names of the filters in the directory that --config names, or the usual one.
_kban_regex_filters()
{
    local dir=/etc/fail2ban i file
    [[ -d /etc/kban ]] && dir=/etc/kban
    for ((i = 1; i + 1 < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -c || ${COMP_WORDS[i]} == --config ]] && dir=${COMP_WORDS[i + 1]}
    done
    for file in "$dir"/filter.d/*.conf; do
        [[ -e $file ]] || continue
        file=${file##*/}
        printf '%s\n' "${file%.conf}"
    done
}

# How many words before the current one are arguments.
_kban_regex_arguments()
{
    local i count=0
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -[cdefLlmo] | --config | --datepattern | --encoding | --filter | --format | --journalmatch | --log-level | --maxlines | --now | \
            --jobs | --out | --scan | --timezone | --TZ | --usedns | --verbosity) ((i++)) ;;
        -?*) ;;
        *) ((count++)) ;;
        esac
    done
    echo "$count"
}

_kban_regex()
{
    local current=${COMP_WORDS[COMP_CWORD]} candidates=''
    local options='--config --datepattern --debuggex --encoding --explain --filter --format --full-traceback --help
        --invert --jobs --journalmatch --log-level --log-traceback --maxlines --no-check-all --now --out --print-all-ignored
        --print-all-matched --print-all-missed --print-no-ignored --print-no-missed --profile --raw --scan --strict --test --timezone
        --usedns --verbose --verbose-date --verbosity --version'

    COMPREPLY=()
    # bash takes the = of --explain=missed for a word of its own.
    local option=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $current == '=' ]]; then
        current=''
    elif [[ $option == '=' ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    elif [[ $option == --explain ]]; then
        option=''
    fi
    case $option in
    -f | --filter) candidates=$(_kban_regex_filters) ;;
    --explain) candidates='missed matched ignored' ;;
    --format) candidates='text json' ;;
    -l | --log-level) candidates='critical error warning notice info debug' ;;
    --jobs) candidates='auto 1 2 4' ;;
    -o | --out) candidates='row id ip msg host user' ;;
    --scan) candidates='auto always never' ;;
    --usedns) candidates='yes warn no raw' ;;
    -d | --datepattern | -e | --encoding | -L | --maxlines | -m | --journalmatch | --now | --timezone | --TZ | --verbosity) return ;;
    *)
        if [[ $current == -* ]]; then
            candidates=$options
        elif [[ $(_kban_regex_arguments) == 1 ]]; then
            candidates=$(_kban_regex_filters)
        fi
        ;;
    esac
    if [[ -n $candidates ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$current")
    fi
    if ((${#COMPREPLY[@]} == 0)); then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}

complete -F _kban_regex kban-regex
