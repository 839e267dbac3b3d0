"""How much of its dynamics does a Gaussian VAR(1) lose when it is cut in two? Phi_G of given bipartitions, and kin.

Phi_G (Oizumi, Tsuchiya & Amari 2016, PNAS 113:14817): the least Kullback-Leibler divergence from the system to one in
which neither part's present depends on the other's past, the noise being as correlated as it likes. For Gaussians it is

    Phi_G = min over block-diagonal B of  1/2 log |E + (A - B) S (A - B)'| - 1/2 log |E|,    S the covariance of x.

B has a block for each part. Given the first, the best second is a regression of y2 on x2 and the first part's error
e1 = y1 - B x1 (its coefficients on e1 being free), which leaves, by the chain rule of determinants,

    2 Phi_G = min over B of  log |V(e1)| + log |V(e1 | x2, y2)| - log |V(e1 | x2)| + log |V(y2 | x2)| - log |E|:

k by k matrices quadratic in B, k the size of the smaller part. It is minimised by Newton's method with line search,
many bipartitions at once, from two starts: the least of each of the first two terms. The likelihood of such seemingly
unrelated regressions can have several peaks (Drton & Richardson 2004, Biometrika 91:383) near a degenerate covariance.
The two starts missed the highest for 14 of 3,065 bipartitions of covariances of as many samples as variables, where
phi then comes out too high; for none of 6,495 with twice or three times as many samples. (Twelve random starts each.)

All values are in nats. Bipartitions are bit masks: bit i set, dimension i is in the one part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ccnode.mind.gaussian import logdets

if TYPE_CHECKING:
    from ccnode.mind.gaussian import Floats, Numbers, Var1

_SIGNS: Final = np.array([1.0, 1.0, -1.0])[:, np.newaxis]  # of V(e1), V(e1 | x2, y2), V(e1 | x2)
_TWICE: Final = 2 * _SIGNS[:, :, np.newaxis, np.newaxis]
_STEPS_MAX: Final = 60
_HALVINGS_MAX: Final = 40
_CLOSE: Final = 1e-13  # of the decrease that a Newton step promises: the next value differs in the last digits
_HESSIANS_MAX: Final = 1 << 19  # numbers in the second derivatives of bipartitions solved together: 4 MiB


def canonical(masks: Numbers, size: int) -> Numbers:
    """Each bipartition by its smaller part; of two equal parts, by the one with dimension 0."""
    counts = np.bitwise_count(masks).astype(np.int64)
    other = (2 * counts > size) | ((2 * counts == size) & (masks & 1 == 0))
    return np.where(other, masks ^ ((1 << size) - 1), masks)


def phi_g(var: Var1, masks: Numbers) -> Floats:
    """Phi_G in nats of each bipartition. Raises ValueError where one leaves a part empty."""
    size = var.dimensions
    if ((masks <= 0) | (masks >= (1 << size) - 1)).any():
        raise ValueError("masks: each needs a dimension on either side")
    masks = canonical(masks, size)
    counts = np.bitwise_count(masks)
    found = np.empty(len(masks))
    for count in np.unique(counts).tolist():
        those = np.flatnonzero(counts == count)
        at_once = max(1, min(256, _HESSIANS_MAX // count**4))
        for start in range(0, len(those), at_once):
            some = those[start : start + at_once]
            found[some] = _phi_g(var, masks[some], count)
    return found


def _phi_g(var: Var1, masks: Numbers, count: int) -> Floats:
    """Phi_G of bipartitions whose smaller part has `count` dimensions."""
    bits = (masks[:, np.newaxis] >> np.arange(var.dimensions)) & 1
    ours = np.nonzero(bits)[1].reshape(len(masks), count)
    others = np.nonzero(1 - bits)[1].reshape(len(masks), -1)
    floors, centres, weights = _errors(var, ours)
    twice = (np.concatenate([part, part], axis=1) for part in (floors, centres, weights))
    least = _least(*twice, start=np.concatenate([centres[0], centres[1]])).reshape(2, -1).min(axis=0)
    _, factor = _regression(_block(var.past, others), _block(var.cross, others), _block(var.present, others))
    unexplained = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    phi: Floats = np.maximum(0.0, (least + unexplained - var.noise_logdet) / 2)
    return phi


def _errors(var: Var1, ours: Numbers) -> tuple[Floats, Floats, Floats]:
    """V, C, W of the covariances of e1 = y1 - B x1, which are V + (B - C) W (B - C)': see the module. 3 by m by k by k.

    Given nothing: y1 regressed on x1. Given x2 and y2: blocks of the joint inverse covariance
    [[S^-1 + A'E^-1 A, -A'E^-1], [-E^-1 A, E^-1]]. Given x2: y1 = A11 x1 + noise, V(x1 | x2) inverts S^-1's block.
    """
    past, drive = _block(var.past, ours), _block(var.drive, ours)
    alone, error = _regression(past, _block(var.cross, ours), _block(var.present, ours))
    noise_inverse, past_inverse = _block(var.noise_inverse, ours), _block(var.past_inverse, ours)
    given, left = _regression(noise_inverse, _turned(drive), past_inverse + _block(var.fed, ours))
    floors = np.stack([error @ _turned(error), np.linalg.inv(noise_inverse), _block(var.noise, ours)])
    centres = np.stack([alone, _turned(given), _block(var.coefficients, ours)])
    return floors, centres, np.stack([past, np.linalg.inv(left @ _turned(left)), np.linalg.inv(past_inverse)])


def _regression(known: Floats, cross: Floats, unknown: Floats) -> tuple[Floats, Floats]:
    """Coefficients of what is unknown on what is known (rows: unknown), and the Cholesky factor of what is left.

    By the factor of both together: subtracting what is explained would cancel most digits where that is nearly all.
    """
    size = known.shape[-1]
    factor = np.linalg.cholesky(np.block([[known, _turned(cross)], [cross, unknown]]))
    return factor[:, size:, :size] @ np.linalg.inv(factor[:, :size, :size]), factor[:, size:, size:]


def _block(matrix: Floats, index: Numbers) -> Floats:
    return matrix[index[:, :, np.newaxis], index[:, np.newaxis, :]]


def _turned(matrices: Floats) -> Floats:
    return matrices.swapaxes(-1, -2)


def _value(floors: Floats, centres: Floats, weights: Floats, at: Floats) -> tuple[Floats, Floats, Floats]:
    """The sum of log-determinants at these B; D W and the covariances there, D = B - C."""
    away = at - centres
    pull = away @ weights
    covariance = floors + pull @ _turned(away)
    return (np.linalg.slogdet(covariance)[1] * _SIGNS).sum(axis=0), pull, covariance


def _least(floors: Floats, centres: Floats, weights: Floats, *, start: Floats) -> Floats:
    """The least of the sum of log-determinants, from each start; damped Newton steps on all that still move."""
    found = np.empty(len(start))
    moving, at = np.arange(len(start)), start
    value, pull, covariance = _value(floors, centres, weights, at)
    for _ in range(_STEPS_MAX):
        step, promise = _step(pull, covariance, weights)
        still = -promise > _CLOSE
        found[moving] = value + promise / 2  # the square that the last step would take off
        if not still.any():
            return found
        moving, at, step, promise, value = moving[still], at[still], step[still], promise[still], value[still]
        floors, centres, weights = floors[:, still], centres[:, still], weights[:, still]
        share, before = np.ones(len(moving)), value
        for _ in range(_HALVINGS_MAX):
            value, pull, covariance = _value(floors, centres, weights, at + share[:, np.newaxis, np.newaxis] * step)
            short = value > before + 1e-4 * share * promise + 1e-14  # Armijo's rule, and the last digit
            if not short.any():
                break
            share[short] /= 2
        at = at + share[:, np.newaxis, np.newaxis] * step
        found[moving] = value
    return found


def _step(pull: Floats, covariance: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Steps m by k by k, and the slope along each (negative: how much it promises).

    Newton's; or, where that does not go down, one of generalised least squares (Zellner 1962), which always does.
    With Q the covariance, R = D W and G = Q^-1 R: d log|Q| / dB = 2 G, and the second derivative by B[i,p], B[j,q] is
    2 (Q^-1[i,j] (W - R' G)[p,q] - G[j,p] G[i,q]). Least squares with the noise as it is now has, instead,
    2 (V(e1)^-1 x S + (V(e1 | x2, y2)^-1 - V(e1 | x2)^-1) x V(x1 | x2)), x being Kronecker's product.
    """
    count, size = pull.shape[1:3]
    inverse = np.linalg.inv(covariance)
    gain = inverse @ pull
    first = 2 * (gain[0] + gain[1] - gain[2]).reshape(count, size * size, 1)
    second = _products(inverse * _TWICE, weights - _turned(pull) @ gain).transpose(0, 1, 3, 2, 4)
    second = second - _products(gain * _TWICE, gain).transpose(0, 3, 2, 1, 4)
    try:
        step = -np.linalg.solve(second.reshape(count, size * size, size * size), first)
    except np.linalg.LinAlgError:  # one of them is exactly flat somewhere
        step = np.full_like(first, np.nan)
    slope = (step * first).sum(axis=(1, 2))
    uphill = ~(slope <= 0)
    if uphill.any():
        inverse, weights = inverse[:, uphill], weights[:, uphill]
        noise = np.stack([inverse[0], inverse[1] - inverse[2]])
        plain = 2 * _products(noise, weights[[0, 2]]).transpose(0, 1, 3, 2, 4).reshape(-1, size * size, size * size)
        step[uphill] = -np.linalg.solve(plain, first[uphill])
        slope[uphill] = (step[uphill] * first[uphill]).sum(axis=(1, 2))
    return step.reshape(count, size, size), slope


def _products(left: Floats, right: Floats) -> Floats:
    """The sum over the first axis of left[a,b] right[c,d], as m by [a,b,c,d]: one product of matrices for each of m."""
    terms, count, size = left.shape[:3]
    found: Floats = left.reshape(terms, count, -1).transpose(1, 2, 0) @ right.reshape(terms, count, -1).swapaxes(0, 1)
    return found.reshape(count, size, size, size, size)


class Bounds:
    """What log-determinants alone tell of every bipartition at once, in nats: arrays of 2^n, indexed by mask."""

    def __init__(self, var: Var1) -> None:
        self._present = var.present
        self._unexplained = logdets(var.joint, paired=2) - logdets(var.past)  # log |V(y_s | x_s)|
        # Transfer entropy (Schreiber 2000, PRL 85:461) into the part from the other.
        self.transfer: Floats = (self._unexplained - logdets(var.noise)) / 2

    @property
    def lower(self) -> Floats:
        """The larger transfer entropy of the two directions: Phi_G cuts both, so it is at least as much.

        (To cut one direction alone costs its transfer entropy; systems with both cut are among those with one cut.)
        """
        return np.maximum(self.transfer, self.transfer[::-1])

    @property
    def interaction(self) -> Floats:
        """Stochastic interaction (Ay 2001; 2015, Entropy 17:2432): it cuts the noise too, so Phi_G is at most this."""
        apart: Floats = (self._unexplained + self._unexplained[::-1] - self._unexplained[-1]) / 2
        return apart

    @property
    def whole_minus_sum(self) -> Floats:
        """Phi_E of each bipartition (Barrett & Seth 2011, PLoS Comput Biol 7:e1001052); may be below 0.

        Mutual information of past and present in the whole, less that within each part.
        """
        own = (logdets(self._present) - self._unexplained) / 2
        less: Floats = own[-1] - own - own[::-1]
        return less
