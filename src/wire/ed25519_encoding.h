// The part of RFC 8032 that hosts disagree on, decided here: which encodings of a key, of a point and of a scalar are
// looked at at all. What passes goes to the host's curve equation.
#ifndef EXPT_SRC_WIRE_ED25519_ENCODING_H_
#define EXPT_SRC_WIRE_ED25519_ENCODING_H_

#include <cstdint>
#include <span>

#include "src/wire/envelope.h"

namespace expt::wire {

// The y coordinate is below 2^255 - 19.
bool IsCanonicalPoint(std::span<const uint8_t, 32> point);

// One of the encodings, canonical or not, of the eight points whose order divides 8.
bool IsSmallOrderPoint(std::span<const uint8_t, 32> point);

// Below the group order L = 2^252 + 27742317777372353535851937790883648493.
bool IsCanonicalScalar(std::span<const uint8_t, 32> scalar);

// May be a key of a Root.
bool IsWellFormed(const PublicKey& key);

// R is canonical and not of small order, S < L.
bool IsWellFormed(const Signature& signature);

// First 8 bytes of SHA-256(key).
KeyId KeyIdOf(const PublicKey& key);

}  // namespace expt::wire

#endif  // EXPT_SRC_WIRE_ED25519_ENCODING_H_
