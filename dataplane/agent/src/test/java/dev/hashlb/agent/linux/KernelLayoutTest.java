package dev.hashlb.agent.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layouts and numbers against those of the LP64 ABI of x86-64 and aarch64, written out here and, where there is a compiler, in the headers. */
class KernelLayoutTest {

    record Constant(String inC, long abi, long ours) {}

    static List<Constant> constants() {
        return List.of(
                new Constant("sizeof(struct iovec)", 16, MessageLayout.IOVEC_BYTES),
                new Constant("offsetof(struct iovec, iov_base)", 0, MessageLayout.IOV_BASE),
                new Constant("offsetof(struct iovec, iov_len)", 8, MessageLayout.IOV_LEN),
                new Constant("sizeof(struct msghdr)", 56, MessageLayout.MSGHDR.byteSize()),
                new Constant("offsetof(struct msghdr, msg_name)", 0, MessageLayout.MSG_NAME),
                new Constant("offsetof(struct msghdr, msg_namelen)", 8, MessageLayout.MSG_NAMELEN),
                new Constant("offsetof(struct msghdr, msg_iov)", 16, MessageLayout.MSG_IOV),
                new Constant("offsetof(struct msghdr, msg_iovlen)", 24, MessageLayout.MSG_IOVLEN),
                new Constant("offsetof(struct msghdr, msg_control)", 32, MessageLayout.MSG_CONTROL),
                new Constant("offsetof(struct msghdr, msg_controllen)", 40, MessageLayout.MSG_CONTROLLEN),
                new Constant("offsetof(struct msghdr, msg_flags)", 48, MessageLayout.MSG_FLAGS),
                new Constant("sizeof(struct mmsghdr)", 64, MessageLayout.MMSGHDR_BYTES),
                new Constant("offsetof(struct mmsghdr, msg_len)", 56, MessageLayout.MSG_LEN),
                new Constant("sizeof(struct cmsghdr)", 16, MessageLayout.CMSGHDR_BYTES),
                new Constant("offsetof(struct cmsghdr, cmsg_len)", 0, MessageLayout.CMSG_LEN),
                new Constant("offsetof(struct cmsghdr, cmsg_level)", 8, MessageLayout.CMSG_LEVEL),
                new Constant("offsetof(struct cmsghdr, cmsg_type)", 12, MessageLayout.CMSG_TYPE),
                new Constant("CMSG_SPACE(2)", 24, MessageLayout.controlSpaceBytes(2)),
                new Constant("CMSG_SPACE(8)", 24, MessageLayout.controlSpaceBytes(8)),
                new Constant("CMSG_SPACE(9)", 32, MessageLayout.controlSpaceBytes(9)),
                new Constant("sizeof(struct sockaddr_in)", 16, SockAddr.INET_BYTES),
                new Constant("sizeof(struct sockaddr_in6)", 28, SockAddr.INET6_BYTES),
                new Constant("sizeof(struct sockaddr_un)", 110, UnixSocket.SOCKADDR_UN_BYTES),
                new Constant("offsetof(struct sockaddr_un, sun_path)", 2, UnixSocket.SOCKADDR_UN_PATH),
                new Constant("sizeof(struct ucred)", 12, UnixSocket.UCRED_BYTES),
                new Constant("offsetof(struct ucred, uid)", 4, UnixSocket.UCRED_UID),
                new Constant("sizeof(struct ifreq)", 40, TunDevice.IFREQ_BYTES),
                new Constant("offsetof(struct ifreq, ifr_flags)", 16, TunDevice.IFREQ_FLAGS),
                new Constant("sizeof(struct virtio_net_hdr)", 10, VirtioNetHeader.LENGTH_BYTES),
                new Constant("VIRTIO_NET_HDR_F_NEEDS_CSUM", 1, VirtioNetHeader.FLAG_NEEDS_CSUM),
                new Constant("VIRTIO_NET_HDR_F_DATA_VALID", 2, VirtioNetHeader.FLAG_DATA_VALID),
                new Constant("VIRTIO_NET_HDR_GSO_TCPV4", 1, VirtioNetHeader.GSO_TCPV4),
                new Constant("VIRTIO_NET_HDR_GSO_UDP", 3, VirtioNetHeader.GSO_UDP),
                new Constant("VIRTIO_NET_HDR_GSO_TCPV6", 4, VirtioNetHeader.GSO_TCPV6),
                new Constant("VIRTIO_NET_HDR_GSO_ECN", 0x80, VirtioNetHeader.GSO_ECN),
                new Constant("O_NONBLOCK", 2048, Libc.O_NONBLOCK),
                new Constant("O_CLOEXEC", 524288, Libc.O_CLOEXEC),
                new Constant("CLONE_NEWNET", 1073741824, Libc.CLONE_NEWNET),
                new Constant("MSG_DONTWAIT", 64, SocketCalls.MSG_DONTWAIT),
                new Constant("MSG_TRUNC", 32, SocketCalls.MSG_TRUNC),
                new Constant("MSG_CTRUNC", 8, SocketCalls.MSG_CTRUNC),
                new Constant("MSG_NOSIGNAL", 16384, SocketCalls.MSG_NOSIGNAL),
                new Constant("MSG_CMSG_CLOEXEC", 1073741824, SocketCalls.MSG_CMSG_CLOEXEC),
                new Constant("SOCK_SEQPACKET", 5, SocketCalls.SOCK_SEQPACKET),
                new Constant("SHUT_RDWR", 2, SocketCalls.SHUT_RDWR),
                new Constant("EPIPE", 32, Errno.EPIPE),
                new Constant("ECONNRESET", 104, Errno.ECONNRESET),
                new Constant("EBADFD", 77, Errno.EBADFD),
                new Constant("EMSGSIZE", 90, Errno.EMSGSIZE),
                new Constant("ENETUNREACH", 101, Errno.ENETUNREACH),
                new Constant("ENOBUFS", 105, Errno.ENOBUFS),
                new Constant("ECONNREFUSED", 111, Errno.ECONNREFUSED));
    }

    @ParameterizedTest
    @MethodSource("constants")
    void isWhatTheAbiSays(Constant constant) {
        assertThat(constant.ours()).isEqualTo(constant.abi());
    }

    @Test
    void isWhatTheHeadersSay() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "no C compiler on this machine");
        String asserts = constants().stream()
                .map(each -> "_Static_assert(" + each.inC() + " == " + each.ours() + ", \"" + each.inC() + "\");")
                .collect(Collectors.joining("\n"));
        String program = """
                #define _GNU_SOURCE
                #include <errno.h>
                #include <fcntl.h>
                #include <sched.h>
                #include <stddef.h>
                #include <sys/socket.h>
                #include <sys/uio.h>
                #include <sys/un.h>
                #include <netinet/in.h>
                #include <net/if.h>
                #include <linux/virtio_net.h>
                """ + asserts;
        assertThat(compile(program)).isEmpty();
    }

    private static String compile(String program) throws IOException, InterruptedException {
        Process gcc = new ProcessBuilder("/usr/bin/gcc", "-x", "c", "-fsyntax-only", "-")
                .redirectErrorStream(true)
                .start();
        try (var in = gcc.getOutputStream()) {
            in.write(program.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(gcc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = gcc.waitFor();
        return status == 0 ? "" : "gcc ended with " + status + ": " + said;
    }
}
