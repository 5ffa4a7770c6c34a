package dev.hashlb.operator.identity;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Shows whatever the server's certificate is at the time of the handshake. The alias carries the certificate's serial number, so
 * that key and chain of one handshake belong together even if the certificate changes in its midst: then the handshake fails
 * and is tried again.
 */
final class CurrentKeyManager extends X509ExtendedKeyManager {
    private final Supplier<ServerIdentity> current;

    CurrentKeyManager(Supplier<ServerIdentity> current) {
        this.current = current;
    }

    private static String alias(ServerIdentity identity) {
        return identity.certificate().getSerialNumber().toString(Character.MAX_RADIX);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return keyType.equals("EC") ? alias(current.get()) : null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return keyType.equals("EC") ? alias(current.get()) : null;
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return keyType.equals("EC") ? new String[] {alias(current.get())} : null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        ServerIdentity identity = current.get();
        return alias.equals(alias(identity)) ? new X509Certificate[] {identity.certificate()} : null;
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
        ServerIdentity identity = current.get();
        return alias.equals(alias(identity)) ? identity.key() : null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }
}
