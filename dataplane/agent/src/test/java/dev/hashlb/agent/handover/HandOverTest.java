package dev.hashlb.agent.handover;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both ends of a hand-over over real sockets; the devices are files. */
@Timeout(60)
class HandOverTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final FakeIncumbent incumbent = new FakeIncumbent();
    private HandOver handOver;

    /** Remembers what it was told. */
    private static final class FakeIncumbent implements Incumbent {
        final Map<String, Integer> devices = new LinkedHashMap<>();
        final List<String> told = new CopyOnWriteArrayList<>();
        final AtomicInteger resumesInVain = new AtomicInteger();

        @Override
        public Map<String, Integer> lend() {
            told.add("lend");
            return devices;
        }

        @Override
        public void resume() throws IOException {
            told.add("resume");
            if (resumesInVain.getAndDecrement() > 0) {
                throw new IOException("the successor has the state folder still");
            }
        }

        @Override
        public void leave() {
            told.add("leave");
        }
    }

    @BeforeEach
    void serve() throws IOException {
        for (String name : List.of(DeviceName.queue(0), DeviceName.queue(1), DeviceName.pod("/run/netns/a b"))) {
            Path file = Files.writeString(folder.resolve("file" + incumbent.devices.size()), name);
            incumbent.devices.put(name, Libc.open(new CallState(), file.toString(), Libc.O_RDONLY));
        }
        handOver = HandOver.serve(folder, "test", incumbent);
    }

    @AfterEach
    void close() throws IOException {
        handOver.close();
        incumbent.devices.values().forEach(fd -> Libc.close(new CallState(), fd));
    }

    @Test
    void theSuccessorGetsCopiesAndThePredecessorLeavesWhenItIsDone() throws Exception {
        try (Predecessor predecessor = Predecessor.takeOver(folder, "test")) {
            assertThat(predecessor.present()).isTrue();
            int[] queues = predecessor.devices().takeAll(DeviceName::queue);
            assertThat(queues).hasSize(2);
            assertThat(content(queues[1])).isEqualTo("queue 1");
            int pod =
                    predecessor.devices().take(DeviceName.pod("/run/netns/a b")).orElseThrow();
            assertThat(content(pod)).isEqualTo("pod /run/netns/a b");
            assertThat(incumbent.devices.values()).doesNotContain(pod, queues[0], queues[1]);
            assertThat(incumbent.told).containsExactly("lend");
            predecessor.done();
            for (int fd : new int[] {queues[0], queues[1], pod}) {
                Libc.close(new CallState(), fd);
            }
        }
        assertThat(incumbent.told).containsExactly("lend", "leave");
        assertThat(handOver.await(SOON)).isTrue();
        assertThat(Predecessor.takeOver(folder, "test").present())
                .as("nobody is left")
                .isFalse();
    }

    @Test
    void whoComesWhileThePredecessorLeavesFindsNobody() throws Exception {
        try (Predecessor first = Predecessor.takeOver(folder, "test");
                Channel waiting = new Channel(UnixSocket.connect(HandOver.socket(folder)))) {
            waiting.send(Channel.TAKE, Channel.VERSION + " test");
            Thread second = Thread.ofPlatform().start(() -> {
                try (Predecessor late = Predecessor.takeOver(folder, "test")) {
                    incumbent.told.add(late.present() ? "found" : "nobody");
                } catch (IOException e) {
                    incumbent.told.add(e.getMessage());
                }
            });
            first.done();
            second.join();
            assertThat(waiting.receive()).isNull();
        }
        assertThat(incumbent.told).containsExactlyInAnyOrder("lend", "leave", "nobody");
    }

    @Test
    void aSuccessorThatFailsHasThePredecessorGoOnAndTheNextOneSucceeds() throws Exception {
        incumbent.resumesInVain.set(2);
        Predecessor.takeOver(folder, "test").close();
        await().atMost(SOON).until(() -> incumbent.told.size() == 4);
        assertThat(incumbent.told).containsExactly("lend", "resume", "resume", "resume");
        assertThat(handOver.await(Duration.ZERO)).isFalse();
        try (Predecessor predecessor = Predecessor.takeOver(folder, "test")) {
            predecessor.done();
        }
        assertThat(incumbent.told).endsWith("lend", "leave");
    }

    @Test
    void aStopWhileTheFailedSuccessorStillHasTheFolderLeavesTheHostToIt() throws Exception {
        incumbent.resumesInVain.set(Integer.MAX_VALUE);
        Predecessor.takeOver(folder, "test").close();
        await().atMost(SOON).until(() -> incumbent.told.contains("resume"));
        handOver.close();
        assertThat(incumbent.told).endsWith("leave");
    }

    @Test
    void aStopWaitsForTheHandOverThatIsUnderWay() throws Exception {
        try (Predecessor predecessor = Predecessor.takeOver(folder, "test")) {
            Thread done = Thread.ofPlatform().start(() -> {
                try {
                    Thread.sleep(100);
                    predecessor.done();
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().atMost(SOON).until(() -> incumbent.told.contains("lend"));
            assertThat(handOver.await(Duration.ZERO)).isTrue();
            done.join();
        }
    }

    @Test
    void aVersionThatIsNotKnownIsRefusedAndNothingIsLent() throws Exception {
        try (Channel successor = new Channel(UnixSocket.connect(HandOver.socket(folder)))) {
            successor.send(Channel.TAKE, "999");
            Channel.Message answer = successor.receive();
            assertThat(answer).isNotNull();
            assertThat(answer.word()).isEqualTo(Channel.REFUSED);
            assertThat(answer.argument()).contains("999");
        }
        assertThat(incumbent.told).isEmpty();
    }

    @Test
    void garbageChangesNothingAndTheNextSuccessorIsServed() throws Exception {
        int fd = incumbent.devices.get(DeviceName.queue(0));
        for (String garbage : List.of("", "device queue 0", "done", "take", "\u0000\u0001", "x".repeat(4000))) {
            try (UnixSocket peer = UnixSocket.connect(HandOver.socket(folder))) {
                if (!garbage.isEmpty()) {
                    peer.send(garbage, UnixSocket.NO_FD);
                }
            }
            try (UnixSocket peer = UnixSocket.connect(HandOver.socket(folder))) {
                peer.send("take 1 test" + garbage, fd);
            }
        }
        try (Predecessor predecessor = Predecessor.takeOver(folder, "test")) {
            assertThat(predecessor.devices().size()).isEqualTo(3);
            assertThat(incumbent.told).containsExactly("lend");
            predecessor.done();
        }
    }

    @Test
    void anotherUserGetsNothing() throws Exception {
        assumeTrue(OtherUser.available(), "only root can be somebody else");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(HandOver.socket(folder), PosixFilePermissions.fromString("rw-rw-rw-"));
        try (Channel stranger = OtherUser.call(() -> new Channel(UnixSocket.connect(HandOver.socket(folder))))) {
            assertThat(stranger.receive()).isNull();
        }
        assertThat(incumbent.told).isEmpty();
    }

    @Test
    void nothingIsTakenFromAnotherUsersProcess() throws Exception {
        assumeTrue(OtherUser.available(), "only root can be somebody else");
        Path others = Files.createTempDirectory("other");
        Files.setPosixFilePermissions(others, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (UnixSocket stranger = OtherUser.call(() -> UnixSocket.listen(HandOver.socket(others)))) {
            assertThatThrownBy(() -> Predecessor.takeOver(others, "test")).hasMessageContaining("user 65534");
            stranger.shutdown();
        } finally {
            Files.delete(HandOver.socket(others));
            Files.delete(others);
        }
    }

    @Test
    void aPredecessorThatEndsInTheMiddleIsDoneWithoutError() throws Exception {
        Path dying = Files.createDirectory(folder.resolve("dying"));
        int fd = incumbent.devices.get(DeviceName.queue(0));
        try (UnixSocket listening = UnixSocket.listen(HandOver.socket(dying))) {
            Thread peer = Thread.ofPlatform().start(() -> {
                try (UnixSocket successor = listening.accept()) {
                    successor.receive();
                    successor.send("device queue 0", fd);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (Predecessor predecessor = Predecessor.takeOver(dying, "test")) {
                assertThat(predecessor.devices().size()).isEqualTo(1);
                predecessor.done();
            }
            peer.join();
        }
    }

    @Test
    void deadProcessesFileIsReplacedAndAnOrderlyEndRemovesIt() throws Exception {
        handOver.close();
        assertThat(HandOver.socket(folder)).doesNotExist();
        UnixSocket.listen(HandOver.socket(folder)).close();
        assertThat(Predecessor.takeOver(folder, "test").present()).isFalse();
        handOver = HandOver.serve(folder, "test", incumbent);
        try (Predecessor predecessor = Predecessor.takeOver(folder, "test")) {
            assertThat(predecessor.present()).isTrue();
        }
    }

    private static String content(int fd) throws IOException {
        return Files.readString(Path.of("/proc/self/fd/" + fd));
    }
}
