package dev.hashlb.agent.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace by the path of a file that names it: /run/netns/NAME or /proc/PID/ns/net (network_namespaces(7)). The file
 * is opened for each call and closed after it, so this object keeps no namespace alive.
 *
 * @param path the file
 */
public record NetworkNamespace(Path path) {
    /**
     * What to do in a namespace.
     *
     * @param <T> the result
     * @param <E> what it throws
     */
    @FunctionalInterface
    public interface Action<T extends @Nullable Object, E extends Exception> {
        T run() throws E;
    }

    public static NetworkNamespace ofPath(Path path) {
        return new NetworkNamespace(path);
    }

    /** The process's own: that of its main thread. */
    public static NetworkNamespace current() {
        return new NetworkNamespace(Path.of("/proc/self/ns/net"));
    }

    /**
     * What stands for the namespace that the path names now: device and inode of its file (namespaces(7), stat(2)). Equal for two paths of one
     * namespace. A number is given again when its namespace has ended: so who compares must hold something that lives in the namespace.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    public Object identity() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    /**
     * Does something in the namespace, on a platform thread of its own that ends with it, since setns(2) moves a thread; the calling
     * thread waits, also when interrupted (it is then interrupted afterwards). Descriptors opened there stay in that namespace and
     * serve any thread. Threads started there would be born there: start none.
     *
     * @return what the action returned
     * @throws E what the action threw, the very object
     * @throws LinuxException if the namespace cannot be entered: ENOENT without the file, EINVAL if it is no network namespace, EPERM
     *     without CAP_SYS_ADMIN
     */
    public <T extends @Nullable Object, E extends Exception> T call(Action<T, E> action) throws E, LinuxException {
        FutureTask<T> task = new FutureTask<>(() -> {
            enter();
            return action.run();
        });
        Thread.ofPlatform().name("in " + path).daemon().start(task);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw NetworkNamespace.<E>thrownByAction(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void enter() throws LinuxException {
        CallState state = new CallState();
        int fd = LinuxException.orThrow(
                Libc.open(state, path.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC), "open", path.toString());
        try {
            LinuxException.orThrow(Libc.setns(state, fd, Libc.CLONE_NEWNET), "setns", path.toString());
        } finally {
            Libc.close(state, fd);
        }
    }

    /** The task throws nothing but what {@link #enter} and the action declare, and what is unchecked: all may leave call. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Throwable> E thrownByAction(@Nullable Throwable cause) throws E {
        throw (E) cause;
    }
}
