// expt sign.
#include <cstdio>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "control-plane/cli/commands.h"
#include "control-plane/cli/input.h"
#include "control-plane/cli/key_argument.h"
#include "control-plane/cli/root_plan.h"
#include "control-plane/cli/snapshot_file.h"
#include "control-plane/cli/status.h"
#include "src/host/signed_file.h"
#include "src/wire/envelope.h"

namespace expt::cli {
namespace {

using wire::PayloadType;

struct SignOptions {
  std::string file, out, type;
  std::vector<std::string> keys;
  bool is_detached = false;
};

constexpr size_t kTypeOffset = 8;

absl::StatusOr<PayloadType> TypeOf(const std::string& file, const SignOptions& options) {
  static const std::map<std::string, PayloadType> kTypes = {
      {"root", PayloadType::kRoot}, {"head", PayloadType::kHead}, {"snapshot", PayloadType::kSnapshot}};
  if (!options.type.empty()) return kTypes.at(options.type);
  if (!IsSignedFile(file) || file.size() <= kTypeOffset) {
    return InvalidArgument("a bare payload needs --type: root, head or snapshot");
  }
  return static_cast<PayloadType>(file[kTypeOffset]);
}

// The file with the signatures added; a bare payload gets its envelope first.
absl::StatusOr<std::string> SignedFile(std::string file, PayloadType type, std::span<const host::SecretKey> keys) {
  if (!IsSignedFile(file)) return host::MakeSignedFile(type, file, keys);
  for (const host::SecretKey& key : keys) {
    absl::StatusOr<std::string> more = AddSignature(file, type, key);
    if (!more.ok()) return more.status();
    file = *std::move(more);
  }
  return file;
}

// A payload and `file`.sig make a whole file.
absl::StatusOr<std::string> Attach(const std::string& payload, const std::string& signature_path, PayloadType type) {
  const absl::StatusOr<std::string> header = ReadFile(signature_path);
  if (!header.ok()) return header.status();
  std::string file = *header + payload;
  const absl::StatusOr<wire::Envelope> envelope = wire::ParseEnvelope(file, type);
  if (!envelope.ok()) return At("\"" + signature_path + "\"", envelope.status());
  return file;
}

// Stored as it is, so that the payload stays the file that it is.
std::string Enveloped(const std::string& payload, PayloadType type, std::span<const host::SecretKey> keys) {
  const auto message =
      wire::SignedBytes(type, wire::Codec::kNone, payload.size(), payload.size(), host::Sha256(payload));
  std::vector<wire::SignatureEntry> signatures;
  for (const host::SecretKey& key : keys) {
    signatures.push_back({host::KeyIdOf(key.public_key()),
                          key.Sign({reinterpret_cast<const char*>(message.data()), message.size()})});
  }
  return wire::WriteEnvelope(type, wire::Codec::kNone, payload.size(), signatures, payload);
}

int SignDetached(const SignOptions& options, const std::string& payload, PayloadType type,
                 std::span<const host::SecretKey> keys) {
  if (IsSignedFile(payload)) {
    PrintError("\"" + options.file + "\" has an envelope; --detached is for a bare payload");
    return kUsage;
  }
  const std::string signature_path = options.out.empty() ? options.file + ".sig" : options.out;
  // Stored as it is: the payload stays the file that it is.
  absl::StatusOr<std::string> whole = Attach(payload, signature_path, type);
  if (whole.ok()) {
    whole = SignedFile(*std::move(whole), type, keys);
  } else if (absl::IsNotFound(whole.status())) {
    whole = Enveloped(payload, type, keys);
  }
  if (!whole.ok()) return Fail(whole.status());
  whole->resize(whole->size() - payload.size());
  if (absl::Status status = ReplaceFile(signature_path, *whole, 0644); !status.ok()) return Fail(status);
  std::printf("%s\n", signature_path.c_str());
  return kDone;
}

int Sign(const SignOptions& options) {
  absl::StatusOr<std::string> file = ReadFile(options.file);
  if (!file.ok()) return Fail(file.status());
  const absl::StatusOr<PayloadType> type = TypeOf(*file, options);
  if (!type.ok()) return Fail(At("\"" + options.file + "\"", type.status()));
  const absl::StatusOr<std::vector<host::SecretKey>> keys = ReadSecretKeys(options.keys);
  if (!keys.ok()) return Fail(keys.status());
  if (options.is_detached) return SignDetached(options, *file, *type, *keys);
  if (!IsSignedFile(*file) && options.out.empty()) {
    PrintError("\"" + options.file + "\" is a bare payload: expected --out for the signed file, or --detached");
    return kUsage;
  }
  absl::StatusOr<std::string> signed_file = SignedFile(*std::move(file), *type, *keys);
  if (!signed_file.ok()) return Fail(At("\"" + options.file + "\"", signed_file.status()));
  const std::string out = options.out.empty() ? options.file : options.out;
  if (absl::Status status = ReplaceFile(out, *signed_file, 0644); !status.ok()) return Fail(status);
  std::printf("%s\n", out.c_str());
  return kDone;
}

}  // namespace

void AddSign(CLI::App& app, Action& action) {
  CLI::App* command = app.add_subcommand("sign", "Add signatures to a Root, a Head or a snapshot, offline");
  auto options = std::make_shared<SignOptions>();
  command->add_option("file", options->file, "signed file, or a bare payload")->required();
  command->add_option("--key", options->keys, "secret key file; give it again for each further one")
      ->allow_extra_args(false)
      ->required();
  command->add_option("--type", options->type, "of a bare payload: root, head or snapshot")
      ->check(CLI::IsMember({"root", "head", "snapshot"}));
  command->add_option("--out", options->out, "where to write it; a signed file is replaced otherwise");
  command->add_flag("--detached", options->is_detached, "leave the payload as it is, and write FILE.sig beside it");
  command->footer(R"(Signatures are collected one after the other, each where its key is; a second one by the same key takes the place
of the first. Nothing is checked but the form: `expt root inspect` and `expt validate` say what it is worth.

Examples:
  expt sign root.2.exs --key b.key
  expt sign --type snapshot --key snapshot.key web.pb --out web.exs
  expt sign --type root --detached --key a.key root.pb)");
  command->callback([options, &action] { action = [options] { return Sign(*options); }; });
}

}  // namespace expt::cli
