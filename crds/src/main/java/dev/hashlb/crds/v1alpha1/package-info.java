/**
 * The Kubernetes API {@code hashlb.dev/v1alpha1} as values. The CRDs under {@code resources/crds} are generated from these classes,
 * and a test holds them equal. No behaviour lives here: what cannot be said in a schema or in CEL is checked by {@code core.declare}.
 */
@NullMarked
package dev.hashlb.crds.v1alpha1;

import org.jspecify.annotations.NullMarked;
