package dev.hashlb.agent.host;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.LinuxException;
import dev.hashlb.agent.linux.TunDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TUN that an earlier process has opened, as descriptors that came from it: taken over if it is the device that would be made
 * anew, else closed, which ends it once that process is gone. In either case the descriptors are used up.
 */
final class InheritedDevice {
    private static final Logger LOG = LoggerFactory.getLogger(InheritedDevice.class);
    private static final Path NODE_NAMESPACE = Path.of("/proc/thread-self/ns/net");

    private InheritedDevice() {}

    /**
     * A device of the node, if it is in the calling thread's namespace. It keeps the queues that it has: where there are more threads, some
     * share one, until the device is made anew.
     *
     * @param name of the device
     * @param queues how many descriptors are wanted
     */
    static Optional<TunDevice> ofNode(String name, int[] fds, int queues) {
        if (fds.length == 0) {
            return Optional.empty();
        }
        CallState state = new CallState();
        int[] wanted = Arrays.copyOf(fds, queues);
        for (int i = fds.length; i < queues; i++) {
            wanted[i] = Libc.dupCloseOnExec(state, fds[i % fds.length]);
        }
        for (int i = queues; i < fds.length; i++) {
            Libc.close(state, fds[i]);
        }
        if (fds.length != queues) {
            LOG.info("{} keeps its {} queues for {} threads", name, fds.length, queues);
        }
        return adopt(name, wanted, NODE_NAMESPACE);
    }

    /** The device in a server's namespace, if it is there. */
    static Optional<TunDevice> ofPod(int fd, String networkNamespace) {
        return adopt(HostFootprint.DEVICE, new int[] {fd}, Path.of(networkNamespace));
    }

    private static Optional<TunDevice> adopt(String name, int[] fds, Path namespace) {
        try {
            TunDevice device = TunDevice.adopt(fds);
            try {
                if (device.name().equals(name) && isIn(device, namespace)) {
                    return Optional.of(device);
                }
                LOG.info("an inherited device {} is not the one of {}: it is dropped", device.name(), namespace);
            } catch (IOException e) {
                LOG.info("the inherited device of {} is dropped: {}", namespace, e.getMessage());
            }
            device.close();
        } catch (LinuxException e) {
            LOG.info("the inherited device of {} is dropped: {}", namespace, e.getMessage());
        }
        return Optional.empty();
    }

    /** The inode of a namespace is its own while it is open. */
    private static boolean isIn(TunDevice device, Path namespace) throws IOException {
        int fd = device.openNamespace();
        try {
            Object actual = Files.getAttribute(Path.of("/proc/self/fd", Integer.toString(fd)), "unix:ino");
            return actual.equals(Files.getAttribute(namespace, "unix:ino"));
        } finally {
            Libc.close(new CallState(), fd);
        }
    }
}
