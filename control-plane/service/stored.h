// Small steps that every part of the service takes: names, ids, salts, answers.
#ifndef EXPT_CONTROL_PLANE_SERVICE_STORED_H_
#define EXPT_CONTROL_PLANE_SERVICE_STORED_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "control-plane/service/call.h"
#include "control-plane/service/fault.h"
#include "control-plane/service/service.h"
#include "control-plane/storage/state_store.h"

namespace expt::service {

std::string_view KindName(Kind kind);  // in the store, and in messages
storage::DocumentName NameOf(Kind kind, const Where& where);

// `flag "checkout"`
std::string Named(std::string_view noun, std::string_view key);

// "exp_" and 20 random characters of 0-9 a-f.
std::string NewId(std::string_view prefix);
std::string Base64Url(std::span<const uint8_t> bytes);
// 128 random bits, base64url.
std::string NewSalt();
// 256 random bits, base64url.
std::string NewSecret();

// SHA-256 in 64 digits.
std::string HexDigest(std::string_view bytes);

int64_t Milliseconds(Time time);
// A change that `call` is answerable for.
storage::Change ChangeBy(const Call& call);

std::string Dump(const nlohmann::json& document);

// The document with what the store knows about it: id, created, updated, archived.
Versioned AnswerOf(const storage::Document& document);
Page PageOf(const std::vector<storage::Document>& documents, size_t limit);

// Adds `more`, leaving out what points to where there is a problem already.
void Merge(std::vector<Problem>& problems, std::vector<Problem> more);

// The answer to a change that is permitted and yet worth a word.
Result<Versioned> WithWarnings(Result<Versioned> answer, const std::vector<std::string>& warnings);

// What a refused commit means for the caller.
Fault CommitFault(const absl::Status& status, const storage::DocumentName& name);

size_t LimitOf(const ListOptions& options);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_STORED_H_
