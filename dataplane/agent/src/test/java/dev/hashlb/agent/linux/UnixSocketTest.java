package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class UnixSocketTest {
    private static final int SCM_RIGHTS = 1;

    @TempDir
    Path folder;

    private final CallState state = new CallState();
    private UnixSocket listening;
    private UnixSocket near;
    private UnixSocket far;

    @BeforeEach
    void connect() throws Exception {
        listening = UnixSocket.listen(folder.resolve("socket"));
        near = UnixSocket.connect(folder.resolve("socket"));
        far = listening.accept();
    }

    @AfterEach
    void close() {
        near.close();
        far.close();
        listening.close();
    }

    @Test
    void messagesStayWholeAndInOrder() throws Exception {
        near.send("one", UnixSocket.NO_FD);
        near.send("two ü", UnixSocket.NO_FD);
        assertThat(far.receive()).isEqualTo(new UnixSocket.Message("one", UnixSocket.NO_FD));
        assertThat(far.receive()).isEqualTo(new UnixSocket.Message("two ü", UnixSocket.NO_FD));
        near.close();
        assertThat(far.receive()).isNull();
    }

    @Test
    void aDescriptorArrivesAsACopyOfTheSameFile() throws Exception {
        int fd = openFile("something");
        near.send("take this", fd);
        Libc.close(state, fd);

        UnixSocket.Message message = far.receive();

        assertThat(message).isNotNull();
        assertThat(message.text()).isEqualTo("take this");
        assertThat(Files.readString(Path.of("/proc/self/fd/" + message.fd()))).isEqualTo("something");
        Libc.close(state, message.fd());
    }

    @Test
    void moreThanOneDescriptorIsRefusedAndNoneIsKept() throws Exception {
        int fd = openFile("something");
        List<String> before = files();
        sendTwice(fd);

        assertThatThrownBy(far::receive).hasMessageContaining("EMSGSIZE");
        assertThat(files()).isEqualTo(before);
        Libc.close(state, fd);
    }

    @Test
    void aMessageThatIsTooLongIsRefused() throws Exception {
        assertThatThrownBy(() -> near.send("x".repeat(4097), UnixSocket.NO_FD))
                .isInstanceOf(IllegalArgumentException.class);
        int raw = rawConnection();
        try (Arena arena = Arena.ofConfined();
                UnixSocket other = listening.accept()) {
            MemorySegment bytes = arena.allocate(5000);
            bytes.fill((byte) 'x');
            assertThat(SocketCalls.send(state, raw, bytes.address(), 5000, 0)).isEqualTo(5000);
            assertThatThrownBy(other::receive).hasMessageContaining("EMSGSIZE");
        }
        Libc.close(state, raw);
    }

    @Test
    void aPeerThatSaysNothingIsNotWaitedForWithoutEnd() throws Exception {
        far.timeout(Duration.ofMillis(50));
        assertThatThrownBy(far::receive).hasMessageContaining("EAGAIN");
    }

    @Test
    void shutdownEndsAnAcceptThatWaits() throws Exception {
        Thread ending = Thread.ofPlatform().start(() -> {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            listening.shutdown();
        });
        assertThatThrownBy(listening::accept).hasMessageContaining("EINVAL");
        ending.join();
        assertThatThrownBy(() -> UnixSocket.connect(folder.resolve("socket"))).hasMessageContaining("ECONNREFUSED");
    }

    @Test
    void theFileIsItsOwnersAlone() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("socket"))))
                .isEqualTo("rw-------");
        assertThat(far.peerUid()).isEqualTo(Libc.geteuid(state));
    }

    @Test
    void anotherUserIsKnownAsSuch() throws Exception {
        assumeTrue(OtherUser.available(), "only root can be somebody else");
        assertThatThrownBy(() -> OtherUser.call(() -> UnixSocket.connect(folder.resolve("socket"))))
                .hasRootCauseInstanceOf(LinuxException.class)
                .hasMessageContaining("EACCES");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder.resolve("socket"), PosixFilePermissions.fromString("rw-rw-rw-"));
        try (UnixSocket stranger = OtherUser.call(() -> UnixSocket.connect(folder.resolve("socket")));
                UnixSocket seen = listening.accept()) {
            stranger.send("hello", UnixSocket.NO_FD);
            assertThat(seen.peerUid()).isEqualTo(OtherUser.NOBODY);
        }
    }

    @Test
    void aPathThatIsTooLongIsToldBeforeItIsCutOff() {
        Path file = folder.resolve("x".repeat(108));
        assertThatThrownBy(() -> UnixSocket.listen(file)).hasMessageContaining("at most 107 bytes");
    }

    private int openFile(String content) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), content);
        return LinuxException.orThrow(Libc.open(state, file.toString(), Libc.O_RDONLY), "open", file.toString());
    }

    private List<String> files() throws Exception {
        try (var fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(Files::isSymbolicLink)
                    .map(UnixSocketTest::target)
                    .filter(target -> target.startsWith(folder.toString()))
                    .toList();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (java.io.IOException e) {
            return "closed meanwhile";
        }
    }

    private int rawConnection() throws Exception {
        int raw = LinuxException.orThrow(
                SocketCalls.socket(state, SocketCalls.AF_UNIX, SocketCalls.SOCK_SEQPACKET, 0), "socket", "");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(110, 2);
            address.set(ValueLayout.JAVA_SHORT, 0, (short) SocketCalls.AF_UNIX);
            address.setString(2, folder.resolve("socket").toString());
            LinuxException.orThrow(SocketCalls.connect(state, raw, address), "connect", "");
        }
        return raw;
    }

    /** A message with two copies of a descriptor, as no peer of ours sends it. */
    private void sendTwice(int fd) throws Exception {
        int raw = rawConnection();
        far.close();
        far = listening.accept();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom("device x");
            MemorySegment vector = arena.allocate(16, 8);
            vector.set(ValueLayout.JAVA_LONG, 0, text.address());
            vector.set(ValueLayout.JAVA_LONG, 8, text.byteSize() - 1);
            MemorySegment control = arena.allocate(24, 8);
            control.set(ValueLayout.JAVA_LONG, 0, 24);
            control.set(ValueLayout.JAVA_INT, 8, SocketCalls.SOL_SOCKET);
            control.set(ValueLayout.JAVA_INT, 12, SCM_RIGHTS);
            control.set(ValueLayout.JAVA_INT, 16, fd);
            control.set(ValueLayout.JAVA_INT, 20, fd);
            MemorySegment header = arena.allocate(56, 8);
            header.set(ValueLayout.JAVA_LONG, 16, vector.address());
            header.set(ValueLayout.JAVA_LONG, 24, 1);
            header.set(ValueLayout.JAVA_LONG, 32, control.address());
            header.set(ValueLayout.JAVA_LONG, 40, 24);
            LinuxException.orThrow(SocketCalls.sendmsg(state, raw, header.address(), 0), "sendmsg", "");
        }
        Libc.close(state, raw);
    }
}
