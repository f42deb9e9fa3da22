# Fills the host with cheap processes: perl filler.pl COUNT FOLDER
# Each holds 20 descriptors, every fifth one a listening unix socket. They wait on a pipe that
# only this process can write to, and this one waits on its stdin: whoever dies, all leave.
use strict;
use warnings;
use Socket;

my ($count, $folder) = @ARGV;
pipe(my $wait, my $hold) or die "pipe: $!";
pipe(my $hear, my $tell) or die "pipe: $!";
for my $number (1 .. $count) {
    my $child = fork();
    die "fork, child $number: $!" unless defined $child;
    next if $child;
    close $hold;
    close $hear;
    close STDIN;
    my @held;
    if ($number % 5 == 0) {
        socket(my $socket, PF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
        bind($socket, sockaddr_un("$folder/filler-$number.sock")) or die "bind: $!";
        listen($socket, 1) or die "listen: $!";
        push @held, $socket;
    }
    # stdin is closed, so stdout, stderr and the pipe to wait on are the first three
    while (@held < 17) {
        open(my $null, '<', '/dev/null') or die "open: $!";
        push @held, $null;
    }
    syswrite($tell, '.') == 1 or die "write: $!";
    close $tell;
    sysread($wait, my $nothing, 1);
    exit 0;
}
close $wait;
close $tell;
# each has said that it is set up; fewer did when one of them died
my $told = 0;
while (my $more = sysread($hear, my $dots, 4096)) { $told += $more; }
die "only $told of $count are set up" if $told < $count;
$| = 1;
print "ready\n";
my $line = <STDIN>;
close $hold;
1 while wait() != -1;
