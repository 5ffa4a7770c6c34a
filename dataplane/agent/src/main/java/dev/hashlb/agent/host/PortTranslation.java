package dev.hashlb.agent.host;

import dev.hashlb.core.address.IpAddress;
import dev.hashlb.core.snapshot.Delivery;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.ReturnMode;

/**
 * A port of a VIP that a server serves.
 *
 * @param vip the VIP
 * @param protocol TCP or UDP
 * @param port the VIP's port
 * @param targetPort the server's port
 * @param delivery {@code ADDRESS}: the engine has written {@code targetPort} into the packet already, and replies get
 *     {@code port} back here; {@code NAT}: the namespace's kernel translates both ways
 * @param returnMode where replies go; if any port of a VIP does not return directly, none of the VIP does, since the way is
 *     chosen by source address
 */
public record PortTranslation(
        IpAddress vip, Protocol protocol, int port, int targetPort, Delivery delivery, ReturnMode returnMode) {}
