package dev.hashlb.agent.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.hashlb.agent.linux.CallState;
import dev.hashlb.agent.linux.Libc;
import dev.hashlb.agent.linux.OtherUser;
import dev.hashlb.agent.linux.UnixSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The holder as a process of its own; the devices are files. */
@Timeout(120)
class HolderTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration PATIENT = Duration.ofSeconds(100);

    @TempDir
    Path folder;

    private final List<DeviceHolder> opened = new ArrayList<>();

    private DeviceHolder open(Duration patience) throws IOException {
        DeviceHolder holder = DeviceHolder.open(folder, patience);
        opened.add(holder);
        return holder;
    }

    @AfterEach
    void finish() {
        opened.forEach(DeviceHolder::finish);
        await().atMost(SOON).until(() -> processes().isEmpty());
    }

    private List<ProcessHandle> processes() {
        return ProcessHandle.current()
                .children()
                .filter(p -> p.info()
                        .commandLine()
                        .filter(c -> c.contains(folder.toString()))
                        .isPresent())
                .toList();
    }

    /** A descriptor of a file that holds this, which the holder has a copy of when this returns. */
    private void hold(DeviceHolder holder, String name) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), name);
        int fd = Libc.open(new CallState(), file.toString(), Libc.O_RDONLY);
        holder.hold(name, fd);
        await().atMost(SOON).until(() -> names(holder).contains(name));
        Libc.close(new CallState(), fd);
        Files.delete(file);
    }

    /** What it holds, without making it stale for longer than until it is held again. */
    private static List<String> names(DeviceHolder holder) throws IOException {
        try (OpenDevices devices = holder.take()) {
            return List.of(DeviceName.queue(0), DeviceName.queue(1), DeviceName.pod("/run/netns/a")).stream()
                    .filter(name -> devices.take(name).stream()
                            .peek(fd -> Libc.close(new CallState(), fd))
                            .findAny()
                            .isPresent())
                    .toList();
        }
    }

    @Test
    void devicesOutliveTheDataPlane() throws Exception {
        DeviceHolder first = open(PATIENT);
        hold(first, DeviceName.queue(0));
        hold(first, DeviceName.pod("/run/netns/a"));
        first.close();

        DeviceHolder second = open(PATIENT);
        try (OpenDevices devices = second.take()) {
            assertThat(devices.size()).isEqualTo(2);
            int fd = devices.take(DeviceName.pod("/run/netns/a")).orElseThrow();
            assertThat(Files.readString(Path.of("/proc/self/fd/" + fd))).isEqualTo("pod /run/netns/a");
            Libc.close(new CallState(), fd);
        }
        assertThat(processes()).hasSize(1);
    }

    @Test
    void whatTheNextDataPlaneDoesNotHoldAgainIsDroppedWhenItHasSettled() throws Exception {
        DeviceHolder first = open(PATIENT);
        hold(first, DeviceName.queue(0));
        hold(first, DeviceName.queue(1));
        first.close();

        DeviceHolder second = open(PATIENT);
        Path file = Files.writeString(folder.resolve("file"), "queue 0");
        int fd = Libc.open(new CallState(), file.toString(), Libc.O_RDONLY);
        second.take().close();
        second.hold(DeviceName.queue(0), fd);
        second.settled();
        // Asking makes devices stale as well, so not before that is settled.
        await().pollDelay(Duration.ofMillis(500))
                .atMost(SOON)
                .until(() -> !names(second).isEmpty());
        assertThat(names(second)).containsExactly(DeviceName.queue(0));
        Libc.close(new CallState(), fd);
    }

    @Test
    void aDeviceThatIsForgottenIsDropped() throws Exception {
        DeviceHolder holder = open(PATIENT);
        hold(holder, DeviceName.queue(0));
        hold(holder, DeviceName.queue(1));
        holder.forget(DeviceName.queue(0));
        await().atMost(SOON).until(() -> names(holder).equals(List.of(DeviceName.queue(1))));
    }

    @Test
    void itEndsWhenNoDataPlaneComesBack() throws Exception {
        DeviceHolder holder = open(Duration.ofSeconds(1));
        hold(holder, DeviceName.queue(0));
        holder.close();
        await().atMost(SOON).until(() -> processes().isEmpty());
        assertThat(folder.resolve("holder")).doesNotExist();
    }

    @Test
    void oneThatIsKilledIsReplacedAndToldAllAnew() throws Exception {
        DeviceHolder holder = open(PATIENT);
        Path file = Files.writeString(folder.resolve("file"), "something");
        int fd = Libc.open(new CallState(), file.toString(), Libc.O_RDONLY);
        holder.hold(DeviceName.queue(0), fd);
        processes().forEach(ProcessHandle::destroyForcibly);
        await().atMost(SOON).until(() -> names(holder).contains(DeviceName.queue(0)));
        Libc.close(new CallState(), fd);
    }

    @Test
    void garbageAndStrangersChangeNothing() throws Exception {
        DeviceHolder holder = open(PATIENT);
        hold(holder, DeviceName.queue(0));
        Path socket = folder.resolve("holder");
        for (String garbage : List.of("device", "devic", "take 2", "\u0000", "hold x")) {
            try (UnixSocket peer = UnixSocket.connect(socket)) {
                peer.send(garbage, UnixSocket.NO_FD);
            }
        }
        assumeTrue(OtherUser.available(), "only root can be somebody else");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        try (Channel stranger = OtherUser.call(() -> new Channel(UnixSocket.connect(socket)))) {
            assertThat(stranger.receive()).isNull();
        }
        // Not at once: connections that end count for a moment longer, and it takes few at a time.
        await().atMost(SOON).until(() -> names(holder).equals(List.of(DeviceName.queue(0))));
    }
}
