package dev.hashlb.e2e.ahead;

import dev.hashlb.e2e.lab.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * A certificate authority by the JDK's {@code keytool}, which is also the server's own certificate.
 *
 * @param store where keytool keeps it
 */
record KeytoolAuthority(Path store, PrivateKey key, X509Certificate certificate) {
    private static final String PASSWORD = "of a minute";
    private static final String ALIAS = "first";

    /** Makes one in a folder that exists. */
    static KeytoolAuthority create(Path folder) throws IOException, GeneralSecurityException {
        Path store = folder.resolve("authority.p12");
        Files.deleteIfExists(store);
        keytool(
                store,
                List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=hashlb-operator"),
                List.of("-validity", "1", "-ext", "bc=ca:true", "-ext", "san=dns:hashlb-operator"));
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        if (keys.getKey(ALIAS, PASSWORD.toCharArray()) instanceof PrivateKey key
                && keys.getCertificate(ALIAS) instanceof X509Certificate certificate) {
            return new KeytoolAuthority(store, key, certificate);
        }
        throw new IOException(store + ": keytool has made no key");
    }

    String pem() {
        return keytool(store, List.of("-exportcert", "-rfc"), List.of());
    }

    /** Signs a certificate request in DER; the certificate in DER. */
    byte[] sign(byte[] pkcs10) {
        Path request = store.resolveSibling("request");
        Path signed = store.resolveSibling("signed");
        try {
            Files.write(request, pkcs10);
            keytool(
                    store,
                    List.of("-gencert", "-validity", "1"),
                    List.of("-infile", request.toString(), "-outfile", signed.toString()));
            return Files.readAllBytes(signed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String keytool(Path store, List<String> what, List<String> more) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(what);
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD, "-alias", ALIAS));
        command.addAll(more);
        return Command.run("", command);
    }
}
