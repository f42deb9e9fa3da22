#compdef onemaster
# zsh completion for onemaster; made from its help

_onemaster() {
  local context state state_descr line
  local -A opt_args
  _arguments -C \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '1: :->command' \
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
        'run:watch the sockets and serve metrics (the default command)'
        'status:one look, for people'
        'check:one look, as a monitoring plug-in'
        'audit:the unit, link by link\: what is wrong, the evidence, the fix'
        'history:past occurrences, and what set them off'
        'incidents:what the agent has recorded'
        'remediate:the plan for ending stale groups; --yes carries it out'
        'gate:for ExecStartPre\: refuse a start that would add a second master'
        'drill:restart cycles that prove one master each time'
        'cutover:from the init script to a native unit, and back'
        'config:check and show settings'
        'completion:print the completion script of a shell'
      )
      _describe command commands
      ;;
    rest)
      case $line[1] in
        run) _onemaster_run ;;
        status) _onemaster_status ;;
        check) _onemaster_check ;;
        audit) _onemaster_audit ;;
        history) _onemaster_history ;;
        incidents) _onemaster_incidents ;;
        remediate) _onemaster_remediate ;;
        gate) _onemaster_gate ;;
        drill) _onemaster_drill ;;
        cutover) _onemaster_cutover ;;
        config) _onemaster_config ;;
        completion) _onemaster_completion ;;
      esac
      ;;
  esac
}

_onemaster_run() {
  _arguments \
    '--log[how to write the log (default\: pretty on a terminal, else json)]:value: ' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_status() {
  _arguments \
    '--json[print JSON, for programs]' \
    '--watch[look again and again, this far apart]' \
    '--textfile[write metrics for node_exporter'\''s textfile collector, and print nothing]:value:_files' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_check() {
  _arguments \
    '--json[print the report of status --json instead of the line]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_audit() {
  _arguments \
    '--json[print JSON, for programs]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_history() {
  _arguments \
    '--json[print JSON, for programs]' \
    '--since[from then on, as journalctl takes times]:value: ' \
    '--until[until then (default\: now)]:value: ' \
    '--error-log[error.log of gunicorn, rotated files beside it included; can be given again]:value:_files' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_incidents() {
  local context state state_descr line
  local -A opt_args
  _arguments -C \
    '--json[print JSON, for programs]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]' \
    '1: :->command' \
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
        'show:everything that is recorded of one incident'
      )
      _describe command commands
      ;;
    rest)
      case $line[1] in
        show) _onemaster_incidents_show ;;
      esac
      ;;
  esac
}

_onemaster_incidents_show() {
  _arguments \
    '--json[print JSON, for programs]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_remediate() {
  _arguments \
    '--yes[carry the plan out]' \
    '--dry-run[walk through all of it, and change nothing]' \
    '--json[print JSON, for programs]' \
    '--reset-breaker[close the breaker that two failures in a row opened]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_gate() {
  _arguments \
    '--strict[refuse as well what could not be told]' \
    '--json[print JSON, for programs]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_drill() {
  _arguments \
    '--cycles[so many restarts]:value: ' \
    '--unit[this unit alone (default\: as the sockets tell)]:value: ' \
    '--yes[do it]' \
    '--even-if-unsound[begin on a unit that is not sound]' \
    '--json[print JSON, for programs]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_cutover() {
  local context state state_descr line
  local -A opt_args
  _arguments -C \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]' \
    '1: :->command' \
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
        'plan:every step of a cutover, with the commands a person could run'
        'apply:carry a cutover out; without --yes, print the plan'
        'rollback:bring the init script back; without --yes, say how'
        'verify:check that systemd owns the one master of a socket'
      )
      _describe command commands
      ;;
    rest)
      case $line[1] in
        plan) _onemaster_cutover_plan ;;
        apply) _onemaster_cutover_apply ;;
        rollback) _onemaster_cutover_rollback ;;
        verify) _onemaster_cutover_verify ;;
      esac
      ;;
  esac
}

_onemaster_cutover_plan() {
  _arguments \
    '--json[print JSON, for programs]' \
    '--unit[the service of today]:value: ' \
    '--name[name of the native unit (default\: the same)]:value: ' \
    '--program[gunicorn]:value:_files' \
    '--app[the application]:value: ' \
    '--arguments[gunicorn'\''s other options, instead of those that are found]:value: ' \
    '--chdir[working directory]:value:_files' \
    '--user[account of the service]:value: ' \
    '--group[its group]:value: ' \
    '--workers[how many workers]:value: ' \
    '--umask[umask of the socket file, like 007]:value: ' \
    '--environment-file[NAME=value lines for the service]:value:_files' \
    '--nginx[where nginx is asked, to know that it reaches the socket]:value: ' \
    '--no-nginx[ask through the socket alone]' \
    '--url[page that the application is asked for (default\: /)]:value:_files' \
    '--keep-root[gunicorn'\''s master stays root, as under the init script]' \
    '--fix-ownership[give files that the service writes to its user]' \
    '--clean[stop all first\: an outage, but nothing has to be kept up]' \
    '--socket-activation[systemd holds the socket\: restarts then lose no request]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_cutover_apply() {
  _arguments \
    '--yes[carry the plan out]' \
    '--json[print JSON, for programs]' \
    '--unit[the service of today]:value: ' \
    '--name[name of the native unit (default\: the same)]:value: ' \
    '--program[gunicorn]:value:_files' \
    '--app[the application]:value: ' \
    '--arguments[gunicorn'\''s other options, instead of those that are found]:value: ' \
    '--chdir[working directory]:value:_files' \
    '--user[account of the service]:value: ' \
    '--group[its group]:value: ' \
    '--workers[how many workers]:value: ' \
    '--umask[umask of the socket file, like 007]:value: ' \
    '--environment-file[NAME=value lines for the service]:value:_files' \
    '--nginx[where nginx is asked, to know that it reaches the socket]:value: ' \
    '--no-nginx[ask through the socket alone]' \
    '--url[page that the application is asked for (default\: /)]:value:_files' \
    '--keep-root[gunicorn'\''s master stays root, as under the init script]' \
    '--fix-ownership[give files that the service writes to its user]' \
    '--clean[stop all first\: an outage, but nothing has to be kept up]' \
    '--socket-activation[systemd holds the socket\: restarts then lose no request]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_cutover_rollback() {
  _arguments \
    '--yes[carry it out]' \
    '--json[print JSON, for programs]' \
    '--unit[the service that was cut over]:value: ' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_cutover_verify() {
  _arguments \
    '--unit[this unit alone (default\: as the sockets tell)]:value: ' \
    '--json[print JSON, for programs]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_config() {
  local context state state_descr line
  local -A opt_args
  _arguments -C \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]' \
    '1: :->command' \
    '*:: :->rest'
  case $state in
    command)
      local -a commands=(
        'check:say everything that is wrong with a settings file'
        'show:show the settings that hold, with defaults, as a settings file'
      )
      _describe command commands
      ;;
    rest)
      case $line[1] in
        check) _onemaster_config_check ;;
        show) _onemaster_config_show ;;
      esac
      ;;
  esac
}

_onemaster_config_check() {
  _arguments \
    '--json[print JSON, for programs]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]' \
    '1:argument:_files'
}

_onemaster_config_show() {
  _arguments \
    '--json[print JSON, for programs]' \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]'
}

_onemaster_completion() {
  _arguments \
    '-h[print this help]' \
    '--help[print this help]' \
    '--config[settings file (default\: /etc/onemaster/onemaster.yml, if there)]:value:_files' \
    '*--socket[look at this socket alone; can be given again]:value:_files' \
    '--no-color[no colour; NO_COLOR in the environment does the same]' \
    '-V[print the version]' \
    '--version[print the version]' \
    '1:argument:(bash zsh fish)'
}

if [ "$funcstack[1]" = "_onemaster" ]; then
  _onemaster "$@"
else
  compdef _onemaster onemaster
fi
