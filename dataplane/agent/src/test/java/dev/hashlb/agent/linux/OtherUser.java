package dev.hashlb.agent.linux;

import java.lang.invoke.MethodHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** Does something as another user: the kernel keeps credentials for each thread, and only the C library gives all of them the same. */
public final class OtherUser {
    public static final int NOBODY = 65534;
    private static final MethodHandle SYSCALL = NativeFunction.of("syscall");
    private static final long SYS_SETRESUID = System.getProperty("os.arch").equals("aarch64") ? 147 : 117;

    private OtherUser() {}

    /** Whether this process may become another user. */
    public static boolean available() {
        return Libc.geteuid(new CallState()) == 0;
    }

    /** Runs on a thread that is {@link #NOBODY} and ends with it. */
    public static <T> T call(Callable<T> action) throws Exception {
        FutureTask<T> task = new FutureTask<>(() -> {
            LinuxException.orThrow(
                    NativeFunction.call(new CallState(), SYSCALL, SYS_SETRESUID, NOBODY, NOBODY, NOBODY),
                    "setresuid",
                    "nobody");
            return action.call();
        });
        Thread.ofPlatform().start(task);
        return task.get();
    }
}
