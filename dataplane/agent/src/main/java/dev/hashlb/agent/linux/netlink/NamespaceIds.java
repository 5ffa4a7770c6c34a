package dev.hashlb.agent.linux.netlink;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;

/** The ids by which one network namespace knows others: {@code RTM_GETNSID} (linux/net_namespace.h). */
public final class NamespaceIds {
    private static final int RTM_GETNSID = 90;
    private static final int RTGENMSG_BYTES = 4;
    private static final int NETNSA_NSID = 1;
    private static final int NETNSA_FD = 3;
    private static final int NONE = -1;

    private final NetlinkSocket socket;

    NamespaceIds(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * The id of a namespace, as {@link Link#peerNamespaceId} has it; empty if it has none here yet.
     *
     * @param namespaceFd an open file of the namespace
     */
    public OptionalInt of(int namespaceFd) throws IOException {
        NetlinkMessage message = new NetlinkMessage(RTM_GETNSID, 0).u8(0).u8(0).u16(0);
        List<ByteBuffer> answers =
                socket.get("find the id of a network namespace", message.attributeU32(NETNSA_FD, namespaceFd));
        if (answers.isEmpty()) {
            return OptionalInt.empty();
        }
        ByteBuffer answer = answers.getFirst();
        OptionalInt id = Attributes.parse(answer.slice(RTGENMSG_BYTES, answer.limit() - RTGENMSG_BYTES)
                        .order(answer.order()))
                .u32(NETNSA_NSID);
        return id.isPresent() && id.getAsInt() == NONE ? OptionalInt.empty() : id;
    }
}
