package dev.hashlb.agent.host;

/** Told of namespaces that come and go; called on the control thread of {@link PodAttachments}, one call at a time. */
public interface AttachmentListener {
    /** The namespace is ready. */
    void attached(Attachment attachment);

    /** The namespace is gone or not wanted any more; its descriptor is closed when this returns, so drop it before. */
    void lost(String networkNamespace, String reason);

    /** Nothing of ours is in the namespace any more, nor anywhere for its sake. */
    void undone(String networkNamespace);
}
