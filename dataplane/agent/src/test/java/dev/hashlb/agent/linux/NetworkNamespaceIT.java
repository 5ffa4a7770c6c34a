package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hashlb.agent.linux.netlink.SocketClaims;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** Needs root. */
class NetworkNamespaceIT {
    private static final NetworkNamespace THIS_THREAD = NetworkNamespace.ofPath(Path.of("/proc/thread-self/ns/net"));

    @Test
    void theActionIsInsideAndTheCallerStaysOutside() throws Exception {
        try (TestNamespace other = new TestNamespace()) {
            Object mine = THIS_THREAD.identity();

            Object seenInside = other.namespace().call(THIS_THREAD::identity);

            assertThat(seenInside).isEqualTo(other.namespace().identity()).isNotEqualTo(mine);
            assertThat(THIS_THREAD.identity())
                    .isEqualTo(mine)
                    .isEqualTo(NetworkNamespace.current().identity());
        }
    }

    @Test
    void exceptionsComeBackAsTheyAre() throws Exception {
        IOException thrown = new IOException("from inside", new IllegalStateException("the cause"));
        try (TestNamespace other = new TestNamespace()) {
            assertThatThrownBy(() -> other.namespace().call(() -> {
                        throw thrown;
                    }))
                    .isSameAs(thrown);
            assertThatThrownBy(() -> other.namespace().call(() -> List.of().getFirst()))
                    .isInstanceOf(NoSuchElementException.class);
        }
    }

    @Test
    void anInterruptWaitsForTheAction() throws Exception {
        try (TestNamespace other = new TestNamespace()) {
            Thread.currentThread().interrupt();

            String result = other.namespace().call(() -> "done");

            assertThat(Thread.interrupted()).isTrue();
            assertThat(result).isEqualTo("done");
        }
    }

    @Test
    void aPathThatNamesAnotherNamespaceNowHasAnotherIdentity() throws Exception {
        try (TestNamespace pod = new TestNamespace();
                TestNamespace between = new TestNamespace()) {
            Object before = pod.namespace().identity();
            assertThat(pod.namespace().identity()).isEqualTo(before);
            SocketClaims holdsIt = SocketClaims.openIn(pod.namespace());
            pod.close();
            assertThatThrownBy(() -> pod.namespace().identity()).isInstanceOf(NoSuchFileException.class);
            pod.make();

            assertThat(pod.namespace().identity())
                    .isNotEqualTo(before)
                    .isNotEqualTo(between.namespace().identity());
            holdsIt.close();
        }
    }

    @Test
    void aPathThatCannotBeEnteredIsNamed() throws Exception {
        assertThatThrownBy(() ->
                        NetworkNamespace.ofPath(Path.of("/run/netns/lx-none")).call(() -> ""))
                .isInstanceOf(LinuxException.class)
                .hasMessage("open /run/netns/lx-none: No such file or directory (ENOENT)");
        assertThatThrownBy(() ->
                        NetworkNamespace.ofPath(Path.of("/proc/self/ns/mnt")).call(() -> ""))
                .isInstanceOf(LinuxException.class)
                .hasMessage("setns /proc/self/ns/mnt: Invalid argument (EINVAL)");
    }

    @Test
    void noDescriptorIsLeft() throws Exception {
        try (TestNamespace other = new TestNamespace()) {
            List<String> before = Descriptors.open();
            for (int i = 0; i < 10; i++) {
                other.namespace().call(() -> "");
            }
            assertThatThrownBy(() -> NetworkNamespace.ofPath(Path.of("/proc/self/ns/mnt"))
                            .call(() -> ""))
                    .isInstanceOf(LinuxException.class);
            assertThat(Descriptors.open()).isEqualTo(before);
        }
    }
}
