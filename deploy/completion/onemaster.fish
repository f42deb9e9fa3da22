# fish completion for onemaster; made from its help

# true when the words typed so far lead to exactly this command
function __onemaster_at
    set -l known 'run' 'status' 'check' 'audit' 'history' 'incidents' 'incidents show' 'config' 'config check' 'config show' 'completion'
    set -l command
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip -eq 1
            set skip 0
        else if contains -- $word --config --socket --log --since --until --error-log
            set skip 1
        else if not string match -q -- '-*' $word
            set -l longer (string join ' ' $command $word)
            contains -- $longer $known; and set command $longer
        end
    end
    test "$command" = "$argv"
end

complete -c onemaster -f
complete -c onemaster -n '__onemaster_at' -a run -d 'watch the sockets and serve metrics (the default command)'
complete -c onemaster -n '__onemaster_at' -a status -d 'one look, for people'
complete -c onemaster -n '__onemaster_at' -a check -d 'one look, as a monitoring plug-in'
complete -c onemaster -n '__onemaster_at' -a audit -d 'the unit, link by link: what is wrong, the evidence, the fix'
complete -c onemaster -n '__onemaster_at' -a history -d 'past occurrences, and what set them off'
complete -c onemaster -n '__onemaster_at' -a incidents -d 'what the agent has recorded'
complete -c onemaster -n '__onemaster_at' -a config -d 'check and show settings'
complete -c onemaster -n '__onemaster_at' -a completion -d 'print the completion script of a shell'
complete -c onemaster -n '__onemaster_at' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at run' -l log -x -d 'how to write the log (default: pretty on a terminal, else json)'
complete -c onemaster -n '__onemaster_at run' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at run' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at run' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at run' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at run' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at status' -l json -d 'print JSON, for programs'
complete -c onemaster -n '__onemaster_at status' -l watch -d 'look again and again, this far apart'
complete -c onemaster -n '__onemaster_at status' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at status' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at status' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at status' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at status' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at check' -l json -d 'print the report of status --json instead of the line'
complete -c onemaster -n '__onemaster_at check' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at check' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at check' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at check' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at check' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at audit' -l json -d 'print JSON, for programs'
complete -c onemaster -n '__onemaster_at audit' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at audit' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at audit' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at audit' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at audit' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at history' -l json -d 'print JSON, for programs'
complete -c onemaster -n '__onemaster_at history' -l since -x -d 'from then on, as journalctl takes times'
complete -c onemaster -n '__onemaster_at history' -l until -x -d 'until then (default: now)'
complete -c onemaster -n '__onemaster_at history' -l error-log -r -F -d 'error.log of gunicorn, rotated files beside it included; can be given again'
complete -c onemaster -n '__onemaster_at history' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at history' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at history' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at history' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at history' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at incidents' -a show -d 'everything that is recorded of one incident'
complete -c onemaster -n '__onemaster_at incidents' -l json -d 'print JSON, for programs'
complete -c onemaster -n '__onemaster_at incidents' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at incidents' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at incidents' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at incidents' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at incidents' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at incidents show' -l json -d 'print JSON, for programs'
complete -c onemaster -n '__onemaster_at incidents show' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at incidents show' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at incidents show' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at incidents show' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at incidents show' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at config' -a check -d 'say everything that is wrong with a settings file'
complete -c onemaster -n '__onemaster_at config' -a show -d 'show the settings that hold, with defaults, as a settings file'
complete -c onemaster -n '__onemaster_at config' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at config' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at config' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at config' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at config' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at config check' -l json -d 'print JSON, for programs'
complete -c onemaster -n '__onemaster_at config check' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at config check' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at config check' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at config check' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at config check' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at config check' -F
complete -c onemaster -n '__onemaster_at config show' -l json -d 'print JSON, for programs'
complete -c onemaster -n '__onemaster_at config show' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at config show' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at config show' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at config show' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at config show' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at completion' -s h -l help -d 'print this help'
complete -c onemaster -n '__onemaster_at completion' -l config -r -F -d 'settings file (default: /etc/onemaster/onemaster.yml, if there)'
complete -c onemaster -n '__onemaster_at completion' -l socket -r -F -d 'look at this socket alone; can be given again'
complete -c onemaster -n '__onemaster_at completion' -l no-color -d 'no colour; NO_COLOR in the environment does the same'
complete -c onemaster -n '__onemaster_at completion' -s V -l version -d 'print the version'
complete -c onemaster -n '__onemaster_at completion' -a 'bash zsh fish'
