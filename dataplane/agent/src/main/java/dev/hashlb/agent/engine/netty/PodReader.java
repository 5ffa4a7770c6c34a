package dev.hashlb.agent.engine.netty;

import dev.hashlb.agent.linux.Errno;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import java.util.function.Consumer;

/**
 * Reads what a network namespace sends into its device, which is {@link ReplyPath}'s; and the device's end, which is how the
 * namespace's death is noticed at once.
 */
final class PodReader implements FdHandle.Ready {
    private static final int READS_PER_EVENT = 64;

    private final ReplyPath replies;
    private final PodPort port;
    private final int fd;
    private final Consumer<String> namespaceDied;
    private final IoEventLoop loop;
    private final IoRegistration registration;
    private boolean dead;

    PodReader(IoEventLoop loop, ReplyPath replies, PodPort port, int fd, Consumer<String> namespaceDied) {
        this.loop = loop;
        this.replies = replies;
        this.port = port;
        this.fd = fd;
        this.namespaceDied = namespaceDied;
        this.registration = FdHandle.register(loop, fd, this);
    }

    @Override
    public void onReady() {
        try {
            for (int i = 0; i < READS_PER_EVENT && !dead; i++) {
                int read = replies.readFrom(fd);
                if (read == -Errno.EAGAIN || read == -Errno.EINTR) {
                    break;
                }
                if (read < 0) {
                    died();
                }
            }
        } finally {
            replies.flush(); // before its memory is used again, whatever happens
        }
    }

    /** Stops reading; when this returns the fd is not watched any more. */
    void stop() {
        loop.submit(() -> {
                    dead = true;
                    return registration.cancel();
                })
                .syncUninterruptibly();
    }

    private void died() {
        dead = true; // level-triggered: without this the loop would spin until the control thread detaches
        port.detach();
        registration.cancel();
        namespaceDied.accept(port.networkNamespace());
    }
}
