# Answers IPv6 router solicitations on one interface with "I am no router, and there is nothing to configure": router lifetime 0, no
# prefix, no flags (RFC 4861 §4.2, §6.2.3). iPXE's IPv6 configuration ends with any answer, and waits 16 s without one.
# Ends when its standard input does.   perl router-advertiser.pl INTERFACE
use strict;
use warnings;
use Socket qw(AF_INET6 SOCK_RAW SOL_SOCKET inet_pton unpack_sockaddr_in6 pack_sockaddr_in6);

use constant { IPPROTO_IPV6 => 41, IPPROTO_ICMPV6 => 58, SO_BINDTODEVICE => 25 };
use constant { IPV6_UNICAST_HOPS => 16, IPV6_MULTICAST_HOPS => 18, IPV6_JOIN_GROUP => 20, ICMPV6_FILTER => 1 };
use constant { ROUTER_SOLICITATION => 133, ROUTER_ADVERTISEMENT => 134 };

my $interface = shift @ARGV or die "usage: router-advertiser.pl INTERFACE\n";
open(my $file, '<', "/sys/class/net/$interface/ifindex") or die "$interface: $!\n";
my $index = <$file> + 0;

socket(my $socket, AF_INET6, SOCK_RAW, IPPROTO_ICMPV6) or die "socket: $!\n";
sub option { setsockopt($socket, $_[0], $_[1], $_[2]) or die "setsockopt $_[1]: $!\n" }
option(SOL_SOCKET, SO_BINDTODEVICE, "$interface\0");
option(IPPROTO_IPV6, IPV6_JOIN_GROUP, inet_pton(AF_INET6, 'ff02::2') . pack('I', $index));
# Receivers drop neighbour discovery whose hop limit shows that it crossed a router (RFC 4861 §6.1.2).
option(IPPROTO_IPV6, IPV6_UNICAST_HOPS, pack('i', 255));
option(IPPROTO_IPV6, IPV6_MULTICAST_HOPS, pack('i', 255));
# A set bit blocks a type: all but router solicitations.
my @filter = (0xffffffff) x 8;
$filter[ROUTER_SOLICITATION >> 5] &= ~(1 << (ROUTER_SOLICITATION & 31));
option(IPPROTO_ICMPV6, ICMPV6_FILTER, pack('L8', @filter));

# Type, code, checksum (by the kernel), hop limit, flags, router lifetime, reachable time, retransmission time.
my $answer = pack('CCnCCnNN', ROUTER_ADVERTISEMENT, 0, 0, 0, 0, 0, 0, 0);
my $everyone = pack_sockaddr_in6(0, inet_pton(AF_INET6, 'ff02::1'), $index);
print "ready\n";
$| = 1;
my ($input, $network) = (fileno(STDIN), fileno($socket));
for (;;) {
    my $ready = '';
    vec($ready, $input, 1) = vec($ready, $network, 1) = 1;
    select($ready, undef, undef, undef) > 0 or next;
    last if vec($ready, $input, 1) && !sysread(STDIN, my $ignored, 1024);
    next unless vec($ready, $network, 1);
    my $from = recv($socket, my $packet, 1500, 0);
    next if !defined $from || length($packet) < 8;
    my (undef, $address) = unpack_sockaddr_in6($from);
    # From the unspecified address no unicast can come back; other answers are for the asking machine alone.
    send($socket, $answer, 0, $address eq "\0" x 16 ? $everyone : $from);
}
