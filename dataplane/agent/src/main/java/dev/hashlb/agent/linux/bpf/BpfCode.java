package dev.hashlb.agent.linux.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Instructions of the kernel's BPF machine, as RFC 9669 defines them, put together one by one: only those that the programs here need.
 * Registers R0 to R9 have 64 bits; R10 is the end of the stack of 512 bytes, which is addressed by negative offsets. Calls of helpers take R1 to R5 and
 * overwrite R0 to R5.
 */
public final class BpfCode {
    public static final int R0 = 0;
    public static final int R1 = 1;
    public static final int R2 = 2;
    public static final int R3 = 3;
    public static final int R4 = 4;
    public static final int R5 = 5;
    public static final int R6 = 6;
    public static final int R7 = 7;
    public static final int R8 = 8;
    public static final int R9 = 9;
    public static final int STACK = 10;

    static final int INSTRUCTION_BYTES = 8;

    private static final int ALU64 = 0x07;
    private static final int BY_REGISTER = 0x08;
    private static final int JUMP = 0x05;
    private static final int CALL = 0x85;
    private static final int EXIT = 0x95;
    private static final int TO_BIG_ENDIAN = 0xdc;
    private static final int LOAD_64_BITS = 0x18;
    private static final int STORE_WORD = 0x63;
    private static final int STORE_CONSTANT_WORD = 0x62;
    private static final int ATOMIC_ADD_64 = 0xdb;
    /** What the 64-bit constant is: the address of a map, or of the only element of an array. */
    private static final int MAP = 1;

    private static final int MAP_VALUE = 2;
    private static final int HELPER_MAP_LOOKUP = 1;
    private static final int HELPER_LOAD_PACKET_BYTES = 26;

    /** What is done with a register; the result stays in it. Numbers are unsigned. */
    public enum Operation {
        ADD(0x00),
        AND(0x50),
        SHIFT_LEFT(0x60),
        SHIFT_RIGHT(0x70),
        MODULO(0x90),
        SET(0xb0);

        private final int code;

        Operation(int code) {
            this.code = code;
        }
    }

    /** How much is read. */
    public enum Width {
        BYTE(0x71),
        HALF_WORD(0x69),
        WORD(0x61);

        private final int load;

        Width(int load) {
            this.load = load;
        }
    }

    private final List<Long> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    /** By the index of the jump. */
    private final Map<Integer, String> jumps = new HashMap<>();

    private BpfCode add(int code, int destination, int source, int offset, int constant) {
        instructions.add(((long) constant << 32)
                | ((offset & 0xffffL) << 16)
                | ((long) source << 12)
                | ((long) destination << 8)
                | code);
        return this;
    }

    /** @param constant is extended by its sign */
    public BpfCode with(int register, Operation operation, int constant) {
        return add(ALU64 | operation.code, register, 0, 0, constant);
    }

    public BpfCode with(int register, Operation operation, RegisterOperand operand) {
        return add(ALU64 | operation.code | BY_REGISTER, register, operand.register, 0, 0);
    }

    /** A register as the second operand. */
    public record RegisterOperand(int register) {}

    public static RegisterOperand register(int register) {
        return new RegisterOperand(register);
    }

    /** Reads from where another register points to; the upper bits become zero. The bytes are taken in the processor's order. */
    public BpfCode load(int register, Width width, int pointer, int offsetBytes) {
        return add(width.load, register, pointer, offsetBytes, 0);
    }

    /**
     * Turns the lowest bits from network byte order; the bits above become zero.
     *
     * @param bits 16 or 32
     */
    public BpfCode fromNetworkOrder(int register, int bits) {
        return add(TO_BIG_ENDIAN, register, 0, 0, bits);
    }

    /** Writes the lower 32 bits. */
    public BpfCode storeWord(int pointer, int offsetBytes, int register) {
        return add(STORE_WORD, pointer, register, offsetBytes, 0);
    }

    public BpfCode storeWordConstant(int pointer, int offsetBytes, int constant) {
        return add(STORE_CONSTANT_WORD, pointer, 0, offsetBytes, constant);
    }

    /** Adds to 64 bits in memory, whoever else does so at the same time. */
    public BpfCode addAtomically(int pointer, int register) {
        return add(ATOMIC_ADD_64, pointer, register, 0, 0);
    }

    /** Points to the only element of a map made by {@link BpfMap#value} (Linux 5.2). */
    public BpfCode pointToValue(int register, BpfMap map) {
        return constant64(register, MAP_VALUE, map);
    }

    private BpfCode constant64(int register, int kind, BpfMap map) {
        add(LOAD_64_BITS, register, kind, 0, map.fd());
        return add(0, 0, 0, 0, 0);
    }

    /** R0 becomes the address of the value of the key that R2 points to, or 0 if the map does not have it. Overwrites R1. */
    public BpfCode lookUp(BpfMap map) {
        constant64(R1, MAP, map);
        return add(CALL, 0, 0, 0, HELPER_MAP_LOOKUP);
    }

    /**
     * Copies bytes of the packet to the stack. R0 becomes 0, or negative if the packet does not have them.
     *
     * @param context a register that has the address that the program was given: one of R6 to R9, since R0 to R5 are overwritten
     * @param packetOffset bytes from the start of the IP header
     * @param stackOffset where to, in bytes from the end of the stack, negative
     * @param lengthBytes how many, from 1; they must end within the stack
     */
    public BpfCode loadPacketBytes(int context, int packetOffset, int stackOffset, int lengthBytes) {
        with(R1, Operation.SET, register(context));
        with(R2, Operation.SET, packetOffset);
        with(R3, Operation.SET, register(STACK));
        with(R3, Operation.ADD, stackOffset);
        with(R4, Operation.SET, lengthBytes);
        return add(CALL, 0, 0, 0, HELPER_LOAD_PACKET_BYTES);
    }

    /** When to jump, the register being compared with a constant. */
    public enum Condition {
        EQUAL(0x15),
        NOT_EQUAL(0x55),
        ANY_BIT(0x45);

        private final int code;

        Condition(int code) {
            this.code = code;
        }
    }

    /** @param label of an instruction further on: there are no loops */
    public BpfCode jumpIf(int register, Condition condition, int constant, String label) {
        jumps.put(instructions.size(), label);
        return add(condition.code, register, 0, 0, constant);
    }

    /** @param label of an instruction further on */
    public BpfCode jump(String label) {
        jumps.put(instructions.size(), label);
        return add(JUMP, 0, 0, 0, 0);
    }

    /** The next instruction's name. */
    public BpfCode label(String label) {
        labels.put(label, instructions.size());
        return this;
    }

    /** Ends the program; its result is R0. */
    public BpfCode exit() {
        return add(EXIT, 0, 0, 0, 0);
    }

    /** The instructions in the processor's byte order; jumps must have their labels by now. */
    byte[] toBytes() {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException("BPF instructions are laid out for little-endian processors only");
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(instructions.size() * INSTRUCTION_BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < instructions.size(); i++) {
            bytes.putLong(instructions.get(i) | (distance(i) << 16));
        }
        return bytes.array();
    }

    private long distance(int jump) {
        String label = jumps.get(jump);
        if (label == null) {
            return 0;
        }
        Integer target = labels.get(label);
        if (target == null || target <= jump) {
            throw new IllegalStateException("label " + label + " does not come after the jump to it");
        }
        return (long) target - jump - 1;
    }
}
