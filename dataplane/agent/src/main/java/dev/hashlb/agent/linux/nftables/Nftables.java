package dev.hashlb.agent.linux.nftables;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs nft commands in the network namespace of the calling thread (libnftables(3)). The commands of one call are one
 * transaction: all or nothing.
 */
public final class Nftables {
    private static final String LIBRARY = "libnftables.so.1";
    private static final int NFT_CTX_DEFAULT = 0;

    /** libnftables keeps some of its state in global variables, so one call at a time. */
    private static final ReentrantLock LOCK = new ReentrantLock();

    private Nftables() {}

    /**
     * Runs commands as in a file given to {@code nft -f}.
     *
     * @return what nft prints, empty for most commands
     * @throws NftException with nft's words if it refuses, or if the library is missing
     */
    public static String run(String commands) throws NftException {
        Library library = Library.get();
        LOCK.lock();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment context = library.open();
            try {
                int result = library.run(context, arena.allocateFrom(commands));
                if (result != 0) {
                    throw new NftException(
                            "nft refused: " + library.errors(context).strip() + "\nin:\n" + commands);
                }
                return library.output(context);
            } finally {
                library.close(context);
            }
        } finally {
            LOCK.unlock();
        }
    }

    /** Throws if the library is missing, so that a start can say so before it changes anything. */
    public static void requireLibrary() throws NftException {
        Library.get();
    }

    /** The library's functions. A context's buffers live as long as the context. */
    private record Library(
            MethodHandle newContext,
            MethodHandle freeContext,
            MethodHandle bufferOutput,
            MethodHandle bufferError,
            MethodHandle getOutput,
            MethodHandle getError,
            MethodHandle runCommands) {

        private static final class Holder {
            static final Object LIBRARY_OR_PROBLEM = load();
        }

        static Library get() throws NftException {
            if (Holder.LIBRARY_OR_PROBLEM instanceof Library library) {
                return library;
            }
            throw new NftException(LIBRARY + " cannot be loaded (" + Holder.LIBRARY_OR_PROBLEM
                    + "); install it: apt-get install libnftables1 (Debian, Ubuntu), dnf install nftables (Fedora)");
        }

        private static Object load() {
            try {
                SymbolLookup symbols = SymbolLookup.libraryLookup(LIBRARY, Arena.global());
                return new Library(
                        function(symbols, "nft_ctx_new", FunctionDescriptor.of(ADDRESS, JAVA_INT)),
                        function(symbols, "nft_ctx_free", FunctionDescriptor.ofVoid(ADDRESS)),
                        function(symbols, "nft_ctx_buffer_output", FunctionDescriptor.of(JAVA_INT, ADDRESS)),
                        function(symbols, "nft_ctx_buffer_error", FunctionDescriptor.of(JAVA_INT, ADDRESS)),
                        function(symbols, "nft_ctx_get_output_buffer", FunctionDescriptor.of(ADDRESS, ADDRESS)),
                        function(symbols, "nft_ctx_get_error_buffer", FunctionDescriptor.of(ADDRESS, ADDRESS)),
                        function(
                                symbols, "nft_run_cmd_from_buffer", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS)));
            } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
                return String.valueOf(e.getMessage());
            }
        }

        private static MethodHandle function(SymbolLookup symbols, String name, FunctionDescriptor descriptor) {
            return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), descriptor);
        }

        MemorySegment open() throws NftException {
            MemorySegment context = (MemorySegment) call(() -> newContext.invoke(NFT_CTX_DEFAULT));
            if (context.equals(MemorySegment.NULL)) {
                throw new NftException("nft_ctx_new gave no context: netlink is not to be had here");
            }
            call(() -> bufferOutput.invoke(context));
            call(() -> bufferError.invoke(context));
            return context;
        }

        int run(MemorySegment context, MemorySegment commands) {
            return (int) call(() -> runCommands.invoke(context, commands));
        }

        String output(MemorySegment context) {
            return text((MemorySegment) call(() -> getOutput.invoke(context)));
        }

        String errors(MemorySegment context) {
            return text((MemorySegment) call(() -> getError.invoke(context)));
        }

        void close(MemorySegment context) {
            call(() -> {
                freeContext.invoke(context);
                return 0;
            });
        }

        private static String text(MemorySegment pointer) {
            return pointer.equals(MemorySegment.NULL)
                    ? ""
                    : pointer.reinterpret(Long.MAX_VALUE).getString(0);
        }

        private interface NativeCall {
            Object run() throws Throwable;
        }

        private static Object call(NativeCall nativeCall) {
            try {
                return nativeCall.run();
            } catch (Throwable e) {
                throw new AssertionError("a C function does not throw", e);
            }
        }
    }
}
