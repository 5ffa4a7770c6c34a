package dev.hashlb.agent.host;

/**
 * A network namespace that is ready: packets written to its TUN enter it, and packets read from it left it by
 * {@code return: Node}.
 *
 * @param networkNamespace the plan's path
 * @param tunFd the descriptor of the TUN's only queue, non-blocking, with a virtio_net_hdr before each packet. Not the
 *     receiver's: it is closed after {@link AttachmentListener#lost} has returned
 * @param segmentsUdp whether UDP super-packets may be written
 */
public record Attachment(String networkNamespace, int tunFd, boolean segmentsUdp) {}
