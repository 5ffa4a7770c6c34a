package dev.hashlb.core.packet;

import java.util.Locale;

/** Why a packet went no further. Each is a label of {@code hashlb_dropped_packets_total}. */
public enum DropReason {
    TRUNCATED("the packet ends before a header that it announces"),
    BAD_VERSION("the IP version is neither 4 nor 6"),
    BAD_LENGTH("a length field contradicts the packet or another one"),
    BAD_HEADER_CHECKSUM("the IPv4 header checksum is wrong"),
    BAD_EXTENSION_HEADER("an IPv6 extension header is malformed, or there are too many"),
    BAD_FRAGMENT("a fragment's offset and length are impossible, or the first is too small for its headers"),
    BAD_PORT("a port is 0"),
    BAD_TCP_HEADER("a TCP header is shorter than 20 bytes or runs past the packet"),
    BAD_SOURCE("the source address cannot be one of a client: unspecified, loopback, multicast or broadcast"),
    UNKNOWN_PROTOCOL("neither TCP, UDP nor ICMP"),
    UNSUPPORTED_ICMP("an ICMP message that is neither an echo request nor an error about a flow"),
    FOREIGN_ICMP_ERROR("an ICMP error that quotes a packet which its own destination did not send"),
    NOT_SELECTED("it reached all routers, and the calculation names another one"),
    NOT_A_VIP("the destination is no balancer's address"),
    SOURCE_RANGE("the source address is outside sourceRanges"),
    UNDECLARED_PORT("no balancer declares the port, and the answer is Drop or over its rate"),
    NO_SERVER("the server list is empty, and the answer is Drop or over its rate"),
    AMBIGUOUS_FRAGMENT("a fragment for a VIP whose protocol belongs to more than one balancer, or has several ports"),
    PING("an ICMP echo request while ping is false or over its rate"),
    TOO_BIG("larger than the path's MTU; answered with an ICMP error unless over its rate"),
    NOT_A_PEER("a tunnel packet from an address that is no node's"),
    BAD_TUNNEL_HEADER("a tunnel packet that is malformed"),
    BAD_TAG("a tunnel packet whose tag is wrong"),
    UNKNOWN_SERVER("a tunnel packet for a server that the snapshot does not have or this node does not host"),
    SERVER_NOT_READY("the server's network namespace is not there, or its device is not set up"),
    HOP_LIMIT("passed on from server to server as often as a packet may be; TCP repeats it"),
    CLAIM_UNTOLD("the server's kernel was short of memory when asked whether it has a socket of the flow"),
    DEVICE("the kernel refused the packet"),
    NO_ROUTER("a reply that goes through a router, and no router lives"),
    UNEXPECTED_REPLY("a packet from a server's namespace whose source is no VIP that it serves");

    private final String description;

    DropReason(String description) {
        this.description = description;
    }

    /** What a person reads in the docs and in {@code hashlb trace}. */
    public String description() {
        return description;
    }

    /** The label's value: lower case, words joined by '_'. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
