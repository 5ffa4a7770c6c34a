package dev.hashlb.agent.engine.kernel;

import static dev.hashlb.agent.linux.bpf.BpfCode.R0;
import static dev.hashlb.agent.linux.bpf.BpfCode.R1;
import static dev.hashlb.agent.linux.bpf.BpfCode.R2;
import static dev.hashlb.agent.linux.bpf.BpfCode.R3;
import static dev.hashlb.agent.linux.bpf.BpfCode.R5;
import static dev.hashlb.agent.linux.bpf.BpfCode.R6;
import static dev.hashlb.agent.linux.bpf.BpfCode.R7;
import static dev.hashlb.agent.linux.bpf.BpfCode.R8;
import static dev.hashlb.agent.linux.bpf.BpfCode.R9;
import static dev.hashlb.agent.linux.bpf.BpfCode.STACK;
import static dev.hashlb.agent.linux.bpf.BpfCode.register;

import dev.hashlb.agent.linux.bpf.BpfCode;
import dev.hashlb.agent.linux.bpf.BpfCode.Condition;
import dev.hashlb.agent.linux.bpf.BpfCode.Operation;
import dev.hashlb.agent.linux.bpf.BpfCode.Width;
import dev.hashlb.agent.linux.bpf.BpfMap;
import dev.hashlb.core.address.Family;
import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.route.RouterSelection;
import dev.hashlb.core.snapshot.HashFields;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.TableKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The choice of the router as a program in the kernel (docs/calculation.md, "The router"): it drops a packet if its sum is another router's, and
 * counts it. It judges whole TCP and UDP packets without IPv4 options or IPv6 extension headers; everything else passes.
 */
final class SelectionProgram {
    /** A family (4 or 6), then 16 bytes of address, of which IPv4 fills the first four. */
    static final int KEY_BYTES = Integer.BYTES + 16;

    static final int CHOICE_BYTES = Integer.BYTES;
    /** A bit for each slot of {@code Stable}; a power of two. */
    static final int SLOTS_BYTES = 2048;

    /** A choice's bits. {@link #PASS}: the VIP's packets are not judged. */
    private static final int PASS = 1;

    private static final int SOURCE_AND_SERVICE = 2;
    private static final int MODULO = 4;

    private static final int HEADER = -40;
    private static final int KEY = -64;
    private static final int PORTS = -72;

    private static final int IPV4_HEADER_BYTES = 20;
    private static final int IPV4_WITHOUT_OPTIONS = 0x45;
    private static final int IPV4_FRAGMENT = 6;
    /** More fragments follow, or the offset is not 0. */
    private static final int IPV4_IS_FRAGMENT = 0x3fff;

    private static final int IPV4_PROTOCOL = 9;
    private static final int IPV4_SOURCE = 12;
    private static final int IPV4_DESTINATION = 16;
    private static final int IPV6_HEADER_BYTES = 40;
    private static final int IPV6_NEXT_HEADER = 6;
    private static final int IPV6_SOURCE = 8;
    private static final int IPV6_DESTINATION = 24;
    private static final int PORTS_BYTES = 4;

    /** Of {@code struct __sk_buff}. */
    private static final int CONTEXT_LENGTH = 0;

    private static final int CONTEXT_SEGMENTS = 164;

    private final BpfCode code = new BpfCode();
    private final BpfMap choices;
    private final BpfMap slots;
    private final BpfMap dropped;
    private final int routers;
    private final int self;

    private SelectionProgram(BpfMap choices, BpfMap slots, BpfMap dropped, int routers, int self) {
        this.choices = choices;
        this.slots = slots;
        this.dropped = dropped;
        this.routers = routers;
        this.self = self;
    }

    /**
     * @param choices from {@link #key} to {@link #choice}
     * @param slots one bit for each slot of {@code Stable}, the lowest of a byte first, set if it is this router's; {@link #SLOTS_BYTES}
     * @param dropped a number of 64 bits
     * @param routers how many there are, from 1
     * @param self this router's index in their list
     */
    static BpfCode of(BpfMap choices, BpfMap slots, BpfMap dropped, int routers, int self) {
        SelectionProgram program = new SelectionProgram(choices, slots, dropped, routers, self);
        program.write();
        return program.code;
    }

    static byte[] key(IpAddress address) {
        return ByteBuffer.allocate(KEY_BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(address.family() == Family.IPV4 ? 4 : 6)
                .put(address.toBytes())
                .array();
    }

    static byte[] choice(Ingress ingress, boolean judged) {
        int bits = (judged ? 0 : PASS)
                | (ingress.fields() == HashFields.SOURCE_AND_SERVICE ? SOURCE_AND_SERVICE : 0)
                | (ingress.table() == TableKind.MODULO ? MODULO : 0);
        return ByteBuffer.allocate(CHOICE_BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(bits)
                .array();
    }

    /** R6: the context, R7: the sum, R8: the choice's bits, R9: the protocol. */
    private void write() {
        code.with(R6, Operation.SET, register(R1));
        code.loadPacketBytes(R6, 0, HEADER, IPV4_HEADER_BYTES).jumpIf(R0, Condition.NOT_EQUAL, 0, "pass");
        code.load(R7, Width.BYTE, STACK, HEADER);
        code.jumpIf(R7, Condition.EQUAL, IPV4_WITHOUT_OPTIONS, "IPv4");
        code.with(R7, Operation.SHIFT_RIGHT, 4).jumpIf(R7, Condition.NOT_EQUAL, 6, "pass");
        ipv6();
        code.jump("sum of addresses is known");
        code.label("IPv4");
        ipv4();
        code.label("sum of addresses is known");
        addPorts();
        judge();
        code.label("drop");
        drop();
        code.label("pass");
        code.load(R0, Width.WORD, R6, CONTEXT_LENGTH).exit();
    }

    private void ipv4() {
        code.load(R1, Width.HALF_WORD, STACK, HEADER + IPV4_FRAGMENT).fromNetworkOrder(R1, 16);
        code.jumpIf(R1, Condition.ANY_BIT, IPV4_IS_FRAGMENT, "pass");
        code.load(R9, Width.BYTE, STACK, HEADER + IPV4_PROTOCOL);
        sumAddresses(4, IPV4_HEADER_BYTES, IPV4_SOURCE, IPV4_DESTINATION, 1);
    }

    private void ipv6() {
        code.loadPacketBytes(R6, 0, HEADER, IPV6_HEADER_BYTES).jumpIf(R0, Condition.NOT_EQUAL, 0, "pass");
        code.load(R9, Width.BYTE, STACK, HEADER + IPV6_NEXT_HEADER);
        sumAddresses(6, IPV6_HEADER_BYTES, IPV6_SOURCE, IPV6_DESTINATION, 4);
    }

    /**
     * What both families have in common, once R9 is the protocol; ports are read as well.
     *
     * @param words of 32 bits in an address
     */
    private void sumAddresses(int family, int headerBytes, int source, int destination, int words) {
        passUnlessTcpOrUdp("TCP or UDP over IPv" + family);
        choose(family, source, destination, words);
        code.loadPacketBytes(R6, headerBytes, PORTS, PORTS_BYTES).jumpIf(R0, Condition.NOT_EQUAL, 0, "pass");
        divisor("divisor for IPv" + family);
        addAddresses(source, destination, words);
    }

    private void passUnlessTcpOrUdp(String goOn) {
        code.jumpIf(R9, Condition.EQUAL, Protocol.TCP.number(), goOn);
        code.jumpIf(R9, Condition.NOT_EQUAL, Protocol.UDP.number(), "pass");
        code.label(goOn);
    }

    /** R8 becomes the destination's choice. What is no VIP passes, and under SourceAndService what a service sends. */
    private void choose(int family, int source, int destination, int words) {
        code.storeWordConstant(STACK, KEY, family);
        lookUp(destination, words);
        code.jumpIf(R0, Condition.EQUAL, 0, "pass");
        code.load(R8, Width.WORD, R0, 0).jumpIf(R8, Condition.ANY_BIT, PASS, "pass");
        String chosen = "choice for IPv" + family;
        String asks = "source matters for IPv" + family;
        code.jumpIf(R8, Condition.ANY_BIT, SOURCE_AND_SERVICE, asks).jump(chosen);
        code.label(asks);
        lookUp(source, words);
        code.jumpIf(R0, Condition.NOT_EQUAL, 0, "pass");
        code.label(chosen);
    }

    private void lookUp(int address, int words) {
        for (int i = 0; i < 4; i++) {
            int to = KEY + Integer.BYTES * (i + 1);
            if (i < words) {
                code.load(R1, Width.WORD, STACK, HEADER + address + Integer.BYTES * i)
                        .storeWord(STACK, to, R1);
            } else {
                code.storeWordConstant(STACK, to, 0);
            }
        }
        code.with(R2, Operation.SET, register(STACK))
                .with(R2, Operation.ADD, KEY)
                .lookUp(choices);
    }

    /** R5 becomes N. */
    private void divisor(String label) {
        code.with(R5, Operation.SET, RouterSelection.BUCKETS);
        code.jumpIf(R8, Condition.ANY_BIT, MODULO, label + " of Modulo").jump(label);
        code.label(label + " of Modulo").with(R5, Operation.SET, routers);
        code.label(label);
    }

    /** R7 becomes the sum of both addresses mod N, word by word: a remainder below 2^17, shifted by a word, and two words more stay below 2^50. */
    private void addAddresses(int source, int destination, int words) {
        code.with(R7, Operation.SET, 0);
        for (int i = 0; i < words; i++) {
            int word = HEADER + Integer.BYTES * i;
            code.with(R7, Operation.SHIFT_LEFT, 32);
            code.load(R1, Width.WORD, STACK, word + source).fromNetworkOrder(R1, 32);
            code.load(R2, Width.WORD, STACK, word + destination).fromNetworkOrder(R2, 32);
            code.with(R7, Operation.ADD, register(R1)).with(R7, Operation.ADD, register(R2));
            code.with(R7, Operation.MODULO, register(R5));
        }
    }

    private void addPorts() {
        code.load(R2, Width.HALF_WORD, STACK, PORTS + 2).fromNetworkOrder(R2, 16);
        code.with(R7, Operation.ADD, register(R2));
        code.jumpIf(R8, Condition.ANY_BIT, SOURCE_AND_SERVICE, "sum is known");
        code.load(R1, Width.HALF_WORD, STACK, PORTS).fromNetworkOrder(R1, 16);
        code.with(R7, Operation.ADD, register(R1)).with(R7, Operation.ADD, register(R9));
        code.label("sum is known");
    }

    private void judge() {
        code.with(R7, Operation.MODULO, register(R5));
        code.jumpIf(R8, Condition.ANY_BIT, MODULO, "Modulo");
        code.with(R1, Operation.SET, register(R7)).with(R1, Operation.SHIFT_RIGHT, 3);
        code.with(R1, Operation.AND, SLOTS_BYTES - 1); // says to the verifier what is so anyway
        code.pointToValue(R2, slots).with(R2, Operation.ADD, register(R1)).load(R3, Width.BYTE, R2, 0);
        code.with(R7, Operation.AND, 7).with(R3, Operation.SHIFT_RIGHT, register(R7));
        code.jumpIf(R3, Condition.ANY_BIT, 1, "pass").jump("drop");
        code.label("Modulo").jumpIf(R7, Condition.EQUAL, self, "pass");
    }

    /** A super-packet counts as many as it carries. */
    private void drop() {
        code.load(R1, Width.WORD, R6, CONTEXT_SEGMENTS).jumpIf(R1, Condition.NOT_EQUAL, 0, "count");
        code.with(R1, Operation.SET, 1);
        code.label("count").pointToValue(R2, dropped).addAtomically(R2, R1);
        code.with(R0, Operation.SET, 0).exit();
    }
}
