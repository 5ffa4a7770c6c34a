package dev.hashlb.agent.linux.netlink;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.address.Family;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Policy rules: {@code RTM_*RULE} with {@code struct fib_rule_hdr} (ip-rule(8), linux/fib_rules.h). */
public final class Rules {
    private static final int RTM_NEWRULE = 32;
    private static final int RTM_DELRULE = 33;
    private static final int RTM_GETRULE = 34;

    private static final int FIB_RULE_HDR_BYTES = 12;
    /** Where fib_rule_hdr has the length of the destinations' prefix. */
    private static final int DST_LENGTH = 1;

    private static final int FRA_DST = 1;
    private static final int FRA_SRC = 2;
    private static final int FRA_IIFNAME = 3;
    private static final int FRA_PRIORITY = 6;
    private static final int FRA_FWMARK = 10;
    private static final int FRA_TABLE = 15;
    private static final int FRA_PROTOCOL = 21;
    private static final int FR_ACT_TO_TBL = 1;

    private final NetlinkSocket socket;

    Rules(NetlinkSocket socket) {
        this.socket = socket;
    }

    public List<Rule> list(Family family) throws IOException {
        NetlinkMessage message = header(new NetlinkMessage(RTM_GETRULE, 0), family, 0, 0, 0);
        List<Rule> rules = new ArrayList<>();
        for (ByteBuffer payload : socket.dump("list rules", message)) {
            // A kernel without IPv6 answers with what it has.
            if (Byte.toUnsignedInt(payload.get(0)) == AddressFamily.number(family)) {
                rules.add(read(payload));
            }
        }
        return rules;
    }

    /** Adds a rule; false where there is the same one already. */
    public boolean add(Rule rule) throws IOException {
        try {
            socket.execute(
                    "add " + rule, message(RTM_NEWRULE, NetlinkMessage.NLM_F_CREATE | NetlinkMessage.NLM_F_EXCL, rule));
            return true;
        } catch (NetlinkException e) {
            if (e.errno() == NetlinkException.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    /** Removes a rule; false where there is none like it. */
    public boolean remove(Rule rule) throws IOException {
        try {
            socket.execute("remove " + rule, message(RTM_DELRULE, 0, rule));
            return true;
        } catch (NetlinkException e) {
            if (e.errno() == NetlinkException.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    static NetlinkMessage message(int type, int flags, Rule rule) {
        int bits = 8 * rule.family().addressLengthBytes();
        NetlinkMessage message = header(
                new NetlinkMessage(type, flags),
                rule.family(),
                rule.to() == null ? 0 : rule.to().lengthBits(),
                rule.from() == null ? 0 : bits,
                FR_ACT_TO_TBL);
        if (rule.to() != null) {
            message.attributeAddress(FRA_DST, rule.to().address());
        }
        if (rule.from() != null) {
            message.attributeAddress(FRA_SRC, rule.from());
        }
        if (rule.inputDevice() != null) {
            message.attributeText(FRA_IIFNAME, rule.inputDevice());
        }
        message.attributeU32(FRA_PRIORITY, rule.priority());
        if (rule.mark() != 0) {
            message.attributeU32(FRA_FWMARK, rule.mark());
        }
        return message.attributeU32(FRA_TABLE, rule.table()).attributeU8(FRA_PROTOCOL, rule.protocol());
    }

    static Rule read(ByteBuffer payload) {
        Attributes attributes = Attributes.parse(payload.slice(FIB_RULE_HDR_BYTES, payload.limit() - FIB_RULE_HDR_BYTES)
                .order(payload.order()));
        return new Rule(
                AddressFamily.of(Byte.toUnsignedInt(payload.get(0))),
                attributes.u32(FRA_PRIORITY).orElse(0),
                attributes.address(FRA_SRC).orElse(null),
                attributes
                        .address(FRA_DST)
                        .map(a -> new Cidr(a, Byte.toUnsignedInt(payload.get(DST_LENGTH))))
                        .orElse(null),
                attributes.text(FRA_IIFNAME).orElse(null),
                attributes.u32(FRA_FWMARK).orElse(0),
                attributes.u32(FRA_TABLE).orElse(Byte.toUnsignedInt(payload.get(4))),
                attributes.u8(FRA_PROTOCOL).orElse(0));
    }

    /** struct fib_rule_hdr: u8 family, dst_len, src_len, tos, table, res1, res2, action; u32 flags. */
    private static NetlinkMessage header(NetlinkMessage message, Family family, int toBits, int fromBits, int action) {
        return message.u8(AddressFamily.number(family))
                .u8(toBits)
                .u8(fromBits)
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(0)
                .u8(action)
                .u32(0);
    }
}
