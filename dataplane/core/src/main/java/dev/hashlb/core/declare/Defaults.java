package dev.hashlb.core.declare;

import dev.hashlb.core.address.Cidr;
import dev.hashlb.core.snapshot.HashSettings;
import dev.hashlb.core.snapshot.Ingress;
import dev.hashlb.core.snapshot.Protocol;
import dev.hashlb.core.snapshot.Reply;
import dev.hashlb.core.snapshot.UndeclaredPorts;
import java.util.List;

/** Every default of the documents. {@code targetPort} is {@code port} and delivery goes by protocol, which no constant can say. */
public final class Defaults {
    public static final String NAMESPACE = "default";
    public static final Protocol PROTOCOL = Protocol.TCP;
    public static final HashSettings HASH = HashSettings.DEFAULT;
    public static final Ingress INGRESS = Ingress.ANY_NODE;
    public static final Reply REPLY = Reply.DIRECT;
    public static final List<Cidr> SOURCE_RANGES = List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0"));
    public static final boolean PING = true;
    public static final UndeclaredPorts UNDECLARED_PORTS = UndeclaredPorts.REJECT;
    public static final boolean ROUTER = true;
    public static final int WEIGHT = 1;
    public static final long JOINED = 1;

    private Defaults() {}
}
