/**
 * Who is who: the authority that the operator keeps in a Secret and renews, the certificates that it signs, whose tokens are
 * data planes', and the tunnel keys' rotation. Implements what {@code push} asks for; ADR 0030 tells why it is so.
 *
 * <p>Pure steps ({@link dev.hashlb.operator.identity.Authorities}, {@link dev.hashlb.operator.identity.TunnelKeyRing}) take the
 * time as an argument; keepers carry them to the API server and back. Private keys and tunnel keys are never logged.
 */
@NullMarked
package dev.hashlb.operator.identity;

import org.jspecify.annotations.NullMarked;
