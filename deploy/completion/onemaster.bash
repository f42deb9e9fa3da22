# bash completion for onemaster; made from its help

_onemaster() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command='' longer index
  COMPREPLY=()
  for ((index = 1; index < COMP_CWORD; index++)); do
    case ${COMP_WORDS[index]} in
      --config | --socket | --log | --textfile | --since | --until | --error-log | --cycles | --unit | --name | --program | --app | --arguments | --chdir | --user | --group | --workers | --umask | --environment-file | --nginx | --url) ((index++)) ;;
      -*) ;;
      *)
        longer="${command:+$command }${COMP_WORDS[index]}"
        case $longer in
          'run' | 'status' | 'check' | 'audit' | 'history' | 'incidents' | 'incidents show' | 'remediate' | 'gate' | 'drill' | 'cutover' | 'cutover plan' | 'cutover apply' | 'cutover rollback' | 'cutover verify' | 'config' | 'config check' | 'config show' | 'completion') command=$longer ;;
        esac
        ;;
    esac
  done
  case $before in
    --config)
      compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --socket)
      compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --log)
      :
      return
      ;;
    --textfile)
      compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --since)
      :
      return
      ;;
    --until)
      :
      return
      ;;
    --error-log)
      compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --cycles)
      :
      return
      ;;
    --unit)
      :
      return
      ;;
    --name)
      :
      return
      ;;
    --program)
      compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --app)
      :
      return
      ;;
    --arguments)
      :
      return
      ;;
    --chdir)
      compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --user)
      :
      return
      ;;
    --group)
      :
      return
      ;;
    --workers)
      :
      return
      ;;
    --umask)
      :
      return
      ;;
    --environment-file)
      compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
    --nginx)
      :
      return
      ;;
    --url)
      compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return
      ;;
  esac
  case $command in
    '')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--config --socket --no-color -V --version -h --help' -- "$word")
      else
        mapfile -t COMPREPLY < <(compgen -W 'run status check audit history incidents remediate gate drill cutover config completion' -- "$word")
      fi
      ;;
    'run')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--log -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'status')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--json --watch --textfile -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'check')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--json -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'audit')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--json -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'history')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--json --since --until --error-log -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'incidents')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--json -h --help --config --socket --no-color -V --version' -- "$word")
      else
        mapfile -t COMPREPLY < <(compgen -W 'show' -- "$word")
      fi
      ;;
    'incidents show')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--json -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'remediate')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--yes --dry-run --json --reset-breaker -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'gate')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--strict --json -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'drill')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--cycles --unit --yes --even-if-unsound --json -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'cutover')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-h --help --config --socket --no-color -V --version' -- "$word")
      else
        mapfile -t COMPREPLY < <(compgen -W 'plan apply rollback verify' -- "$word")
      fi
      ;;
    'cutover plan')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--json --unit --name --program --app --arguments --chdir --user --group --workers --umask --environment-file --nginx --no-nginx --url --keep-root --fix-ownership --clean --socket-activation -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'cutover apply')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--yes --json --unit --name --program --app --arguments --chdir --user --group --workers --umask --environment-file --nginx --no-nginx --url --keep-root --fix-ownership --clean --socket-activation -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'cutover rollback')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--yes --json --unit -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'cutover verify')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--unit --json -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'config')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-h --help --config --socket --no-color -V --version' -- "$word")
      else
        mapfile -t COMPREPLY < <(compgen -W 'check show' -- "$word")
      fi
      ;;
    'config check')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--json -h --help --config --socket --no-color -V --version' -- "$word")
      else
        compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")
      fi
      ;;
    'config show')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '--json -h --help --config --socket --no-color -V --version' -- "$word")
      else
        :
      fi
      ;;
    'completion')
      if [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W '-h --help --config --socket --no-color -V --version' -- "$word")
      else
        mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$word")
      fi
      ;;
  esac
}

complete -F _onemaster onemaster
