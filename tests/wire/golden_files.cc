#include "tests/wire/golden_files.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "src/host/crypto.h"
#include "src/host/deflate.h"
#include "src/host/signed_file.h"
#include "src/wire/event_codec.h"
#include "src/wire/head.h"
#include "src/wire/root.h"
#include "src/wire/snapshot_codec.h"
#include "tests/wire/golden_models.h"

namespace expt::wire {
namespace {

using Json = nlohmann::ordered_json;
using host::SecretKey;

constexpr int64_t kDay = 86'400'000;

template <size_t kSize>
std::string_view TextOf(const std::array<uint8_t, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), kSize};
}

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

// The test keys: seed = SHA-256("expt test key " + name). They protect nothing.
SecretKey Key(std::string_view name) {
  return SecretKey::FromSeed(host::Sha256(std::string("expt test key ").append(name)));
}
PublicKey Public(std::string_view name) { return Key(name).public_key(); }

constexpr std::array<std::string_view, 10> kKeyNames = {
    "root-1", "root-2", "root-3", "root-4", "head", "snapshot", "other-head", "other-snapshot", "revoked", "stranger"};

RootModel RootOne() {
  RootModel root;
  root.root_version = 1;
  root.issued_at_ms = kGoldenIssuedAtMs - 30 * kDay;
  root.expires_at_ms = kGoldenIssuedAtMs + 335 * kDay;
  for (std::string_view name :
       {"root-1", "root-2", "root-3", "head", "snapshot", "other-head", "other-snapshot", "revoked"}) {
    root.public_keys.push_back(Public(name));
  }
  root.roles = {
      {RoleKind::kRoot, "", 2, {0, 1, 2}},
      {RoleKind::kHead, "env_golden", 1, {3}},
      {RoleKind::kSnapshot, "env_golden", 1, {4, 7}},
      {RoleKind::kHead, "env_other", 1, {5}},
      {RoleKind::kSnapshot, "env_other", 1, {6}},
      {RoleKind::kHead, "env_shared", 1, {3}},
      {RoleKind::kSnapshot, "env_shared", 1, {4}},
      {RoleKind::kSnapshot, "env_two", 2, {4, 6}},
  };
  root.epochs = {{"env_golden", kGoldenEpoch}, {"env_other", 1}, {"env_shared", 1}, {"env_two", kGoldenEpoch}};
  root.revoked_key_hashes = {host::Sha256(TextOf(Public("revoked")))};
  return root;
}

// Key root-1 has gone, root-4 has come, the epoch of env_golden has risen.
RootModel RootTwo() {
  RootModel root = RootOne();
  root.root_version = 2;
  root.issued_at_ms += 10 * kDay;
  root.expires_at_ms += 10 * kDay;
  root.public_keys[0] = Public("root-4");
  root.epochs[0].epoch = kGoldenEpoch + 1;
  root.revoked_key_hashes.push_back(host::Sha256(TextOf(Public("root-1"))));
  return root;
}

std::string Sign(PayloadType type, std::string_view plain, std::initializer_list<std::string_view> names) {
  std::vector<SecretKey> keys;
  for (std::string_view name : names) keys.push_back(Key(name));
  return host::MakeSignedFile(type, plain, keys);
}

// An envelope whose parts need not fit each other.
std::string SignParts(PayloadType type, Codec codec, uint64_t plain_size, std::string_view payload,
                      std::string_view name) {
  const auto message = SignedBytes(type, codec, plain_size, payload.size(), host::Sha256(payload));
  const SecretKey key = Key(name);
  const SignatureEntry entry = {host::KeyIdOf(key.public_key()), key.Sign(TextOf(message))};
  return WriteEnvelope(type, codec, plain_size, {&entry, 1}, payload);
}

std::string SignSnapshot(const model::Snapshot& model) {
  return Sign(PayloadType::kSnapshot, EncodeSnapshot(model), {"snapshot"});
}

// TinyModel() changed by `change`, encoded.
template <typename Change>
std::string Tiny(const Change& change) {
  model::Snapshot model = TinyModel();
  change(model);
  return EncodeSnapshot(model);
}

std::string Repeat(std::string_view piece, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text.append(piece);
  return text;
}

// S + L: the same signature to a reader that does not check S < L.
std::string WithUnreducedScalar(std::string file) {
  constexpr std::array<uint8_t, 32> kOrder = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7,
                                              0xa2, 0xde, 0xf9, 0xde, 0x14, 0,    0,    0,    0,    0,    0,
                                              0,    0,    0,    0,    0,    0,    0,    0,    0,    0x10};
  const size_t begin = kFixedHeaderSize + 8 + 32;
  int carry = 0;
  for (size_t i = 0; i < 32; ++i) {
    const int sum = static_cast<uint8_t>(file[begin + i]) + kOrder[i] + carry;
    file[begin + i] = static_cast<char>(sum);
    carry = sum >> 8;
  }
  return file;
}

// Key id of `snapshot` with a signature of another key.
std::string WithForeignSignature(std::string file, std::string_view plain) {
  const std::string other = Sign(PayloadType::kSnapshot, plain, {"stranger"});
  const size_t begin = kFixedHeaderSize + 8;
  return file.replace(begin, 64, other, begin, 64);
}

HeadModel GoldenHead(Audience audience, const std::string& snapshot_file) {
  const std::string payload = snapshot_file.substr(kFixedHeaderSize + kSignatureSize);
  HeadModel head;
  head.environment = kGoldenEnvironment;
  head.audience = audience;
  head.root_version = 1;
  head.epoch = kGoldenEpoch;
  head.head_number = 1'234;
  head.issued_at_ms = kGoldenIssuedAtMs;
  head.expires_at_ms = kGoldenIssuedAtMs + 900'000;
  head.stable = {kGoldenVersion, host::Sha256(payload), payload.size()};
  head.candidate = SnapshotRef{kGoldenVersion + 1, host::Sha256("candidate"), 4'321};
  head.candidate_ppm = 10'000;
  head.emergency_off = {"banner"};
  head.poll_interval_ms = 30'000;
  head.fetch_jitter_ms = 2'000;
  return head;
}

template <typename Change>
std::string SignHead(HeadModel head, const Change& change) {
  change(head);
  return Sign(PayloadType::kHead, EncodeHead(head), {"head"});
}

std::string GoldenBatch() {
  ExposureEvent exposure;
  exposure.experiment = "exp_5d1c";
  exposure.phase = 2;
  exposure.variant = "low";
  exposure.flag = "price";
  exposure.rule = "test";
  exposure.snapshot_version = kGoldenVersion;
  exposure.unit_type = "company";
  exposure.unit_id = "c-1";
  exposure.attributes = {{"country", Value(ValueView("CH"))}};
  MetricEvent metric;
  metric.name = "purchase";
  metric.value = 12.25;
  metric.properties = {{"currency", Value(ValueView("CHF"))},
                       {"first", Value(ValueView(false))},
                       {"items", Value(ValueView(int64_t{-1}))},
                       {"discount", Value(ValueView(0.0))}};
  metric.units = {{"targeting_key", "u-1"}, {"company", "c-1"}};
  const IdentifyEvent identify = {{"anonymous_id", "a-1"}, {"targeting_key", "u-1"}};
  const SummaryEvent summary = {
      "price", "low", 3, "test", kGoldenVersion, 12, kGoldenIssuedAtMs, kGoldenIssuedAtMs + 60'000};
  std::vector<std::string> events;
  uint64_t sequence = 1;
  const auto add = [&](auto body) {
    Event event;
    event.event_id = "golden-event-id-" + std::to_string(sequence);
    event.time_ms = kGoldenIssuedAtMs + 10;
    event.monotonic_ms = 5'010;
    event.sequence = sequence++;
    event.body = body;
    events.push_back(EncodeEvent(event));
  };
  add(exposure);
  add(metric);
  add(identify);
  add(summary);
  BatchHeader header;
  std::fill(header.batch_id.begin(), header.batch_id.end(), uint8_t{0xb1});
  std::fill(header.instance_id.begin(), header.instance_id.end(), uint8_t{0x1d});
  header.sdk = "cpp";
  header.sdk_version = "0.1.0";
  header.sent_at_ms = kGoldenIssuedAtMs + 1'000;
  header.first_sequence = 1;
  header.last_sequence = 4;
  header.drops = {{DropReason::kBufferFull, EventKind::kExposure, "exp_5d1c", "low", 2}};
  return EncodeBatch(header, {events.begin(), events.end()});
}

std::string GoldenReply() {
  BatchReply reply;
  reply.results = {AckResult::kStored, AckResult::kDuplicate, AckResult::kRejected, AckResult::kRetry};
  reply.rejections = {{2, "ID_CONFLICT", "event 2: id is known with another body"}};
  reply.received_at_ms = kGoldenIssuedAtMs + 1'100;
  return EncodeReply(reply);
}

using Files = std::map<std::string, std::string>;

void AddBadSnapshots(Files& files) {
  const std::string plain = EncodeSnapshot(TinyModel());
  const auto signed_plain = [](std::string_view text) { return Sign(PayloadType::kSnapshot, text, {"snapshot"}); };
  const auto parts = [](Codec codec, uint64_t plain_size, std::string_view payload) {
    return SignParts(PayloadType::kSnapshot, codec, plain_size, payload, "snapshot");
  };
  files["other/snapshot_not_compressed.exs1"] = parts(Codec::kNone, plain.size(), plain);
  files["other/snapshot_two_keys.exs1"] = [] {
    model::Snapshot model = TinyModel();
    model.environment = "env_two";
    return Sign(PayloadType::kSnapshot, EncodeSnapshot(model), {"snapshot", "other-snapshot"});
  }();
  files["other/snapshot_stranger_and_key.exs1"] = Sign(PayloadType::kSnapshot, plain, {"stranger", "snapshot"});

  files["bad/plain_size_too_small.exs1"] = parts(Codec::kDeflate, plain.size() - 1, host::Deflate(plain));
  files["bad/plain_size_too_large.exs1"] = parts(Codec::kDeflate, plain.size() + 1, host::Deflate(plain));
  files["bad/plain_size_of_stored.exs1"] = parts(Codec::kNone, plain.size() + 1, plain);
  files["bad/bytes_after_deflate.exs1"] = parts(Codec::kDeflate, plain.size(), host::Deflate(plain) + "x");
  files["bad/not_deflate.exs1"] = parts(Codec::kDeflate, plain.size(), std::string(64, '\xff'));
  files["bad/bomb.exs1"] = parts(Codec::kDeflate, 1'000, host::Deflate(std::string(8u << 20, '\0')));
  files["bad/plain_size_over_limit.exs1"] = parts(Codec::kDeflate, (32u << 20) + 1, host::Deflate(plain));
  files["bad/empty_payload.exs1"] = parts(Codec::kNone, 0, "");

  files["bad/group_field.exs1"] = signed_plain(plain + "\x83\x3e\x84\x3e");
  files["bad/too_many_elements.exs1"] = signed_plain(plain + Repeat(std::string_view("\xc0\x3e\x00", 3), 2'000'000));
  files["bad/too_much_memory.exs1"] = signed_plain(plain + Repeat(std::string_view("\xe2\x01\x00", 3), 1'000'000));
  files["bad/field_twice.exs1"] = signed_plain(plain + "\x38\x05");
  files["bad/wrong_wire_type.exs1"] = signed_plain(plain + std::string("\x5d\x01\x00\x00\x00", 5));
  files["bad/cut_short.exs1"] = signed_plain(plain.substr(0, plain.size() - 1));
  files["bad/text_not_utf8.exs1"] = signed_plain(plain + "\x62\x02\xc3\x28");
  files["bad/repeated_not_packed.exs1"] = signed_plain(plain + "\xe2\x01\x02\x20\x01");
  files["bad/column_lengths.exs1"] = signed_plain(plain + std::string("\xaa\x01\x07\x0a\x01\x00\x22\x02\x00\x00", 10));
  files["bad/newer_format.exs1"] = signed_plain(Tiny([](model::Snapshot& m) { m.format_version = 2; }));
  files["bad/newer_format_other_schema.exs1"] = signed_plain(std::string("\x08\x02\x18\x05", 4));
  files["bad/newer_semantics.exs1"] = signed_plain(Tiny([](model::Snapshot& m) { m.semantics_version = 2; }));
  files["bad/no_format_version.exs1"] = signed_plain(Tiny([](model::Snapshot& m) { m.format_version = 0; }));
  files["bad/unknown_audience.exs1"] =
      signed_plain(Tiny([](model::Snapshot& m) { m.audience = static_cast<Audience>(3); }));

  files["bad/other_environment.exs1"] = signed_plain(Tiny([](model::Snapshot& m) { m.environment = "env_other"; }));
  files["bad/older_epoch.exs1"] = signed_plain(Tiny([](model::Snapshot& m) { m.epoch = kGoldenEpoch - 1; }));
  files["bad/newer_epoch.exs1"] = signed_plain(Tiny([](model::Snapshot& m) { m.epoch = kGoldenEpoch + 1; }));
  files["bad/far_version.exs1"] =
      signed_plain(Tiny([](model::Snapshot& m) { m.version = (int64_t{1} << 32) + kGoldenVersion + 1; }));
  files["bad/flag_key_twice.exs1"] = signed_plain(Tiny([](model::Snapshot& m) { m.flags.push_back(m.flags[0]); }));
  files["bad/index_out_of_table.exs1"] = signed_plain(Tiny([](model::Snapshot& m) { m.flags[0].key = 999; }));
  files["bad/no_flags.exs1"] = signed_plain(Tiny([](model::Snapshot& m) {
    m.flags.clear();
    m.golden_vectors.clear();
  }));
  files["bad/golden_mismatch.exs1"] = signed_plain(Tiny([](model::Snapshot& m) { m.golden_vectors[0].variant = 0; }));

  files["bad/signed_by_stranger.exs1"] = Sign(PayloadType::kSnapshot, plain, {"stranger"});
  files["bad/signed_by_revoked.exs1"] = Sign(PayloadType::kSnapshot, plain, {"revoked"});
  files["bad/signed_by_head_key.exs1"] = Sign(PayloadType::kSnapshot, plain, {"head"});
  files["bad/signed_by_other_environment.exs1"] = Sign(PayloadType::kSnapshot, plain, {"other-snapshot"});
  files["bad/foreign_signature.exs1"] = WithForeignSignature(signed_plain(plain), plain);
  files["bad/scalar_not_reduced.exs1"] = WithUnreducedScalar(signed_plain(plain));
  const std::string two = Tiny([](model::Snapshot& m) { m.environment = "env_two"; });
  files["bad/one_key_of_two.exs1"] = signed_plain(two);
  files["bad/one_key_twice.exs1"] = Sign(PayloadType::kSnapshot, two, {"snapshot", "snapshot"});
}

void AddBadHeads(Files& files, const HeadModel& head) {
  files["bad/head_other_environment.exs1"] = SignHead(head, [](HeadModel& h) { h.environment = "env_other"; });
  files["bad/head_newer_root.exs1"] = SignHead(head, [](HeadModel& h) { h.root_version = 2; });
  files["bad/head_older_epoch.exs1"] = SignHead(head, [](HeadModel& h) { h.epoch = kGoldenEpoch - 1; });
  files["bad/head_too_many_off.exs1"] = SignHead(head, [](HeadModel& h) { h.emergency_off.assign(257, "flag"); });
  files["bad/head_share_over_one.exs1"] = SignHead(head, [](HeadModel& h) { h.candidate_ppm = 1'000'001; });
  files["bad/head_newer_format.exs1"] = SignHead(head, [](HeadModel& h) { h.format_version = 2; });
  files["bad/head_too_large.exs1"] =
      SignHead(head, [](HeadModel& h) { h.emergency_off.assign(200, Repeat("x", 100)); });
  files["bad/head_by_snapshot_key.exs1"] = Sign(PayloadType::kHead, EncodeHead(head), {"snapshot"});
}

void AddBadRoots(Files& files) {
  const auto sign = [](const RootModel& root) {
    return Sign(PayloadType::kRoot, EncodeRoot(root), {"root-1", "root-2"});
  };
  RootModel root = RootOne();
  files["bad/root_one_signature.exs1"] = Sign(PayloadType::kRoot, EncodeRoot(root), {"root-1"});
  files["bad/root_same_key_twice.exs1"] = Sign(PayloadType::kRoot, EncodeRoot(root), {"root-1", "root-1"});
  files["bad/root_by_strangers.exs1"] = Sign(PayloadType::kRoot, EncodeRoot(root), {"stranger", "other-head"});
  files["bad/root_compressed.exs1"] = SignParts(PayloadType::kRoot, Codec::kDeflate, EncodeRoot(root).size(),
                                                host::Deflate(EncodeRoot(root)), "root-1");
  root.public_keys[6] = {1};
  files["bad/root_small_order_key.exs1"] = sign(root);
  root = RootOne();
  root.public_keys[6] = root.public_keys[5];
  files["bad/root_key_twice.exs1"] = sign(root);
  root = RootOne();
  root.roles[1].keys = {99};
  files["bad/root_index_out_of_table.exs1"] = sign(root);
  root = RootOne();
  root.roles[0].threshold = 4;
  files["bad/root_too_few_keys.exs1"] = sign(root);
  root = RootOne();
  root.format_version = 2;
  files["bad/root_newer_format.exs1"] = sign(root);
}

// What a reader is asked and must answer.
class Cases {
 public:
  explicit Cases(const Files& files) : files_(files) {}

  // Fields beyond these are added to what this returns.
  Json& Add(std::string_view name, std::string_view file, std::string_view as, int step, std::string_view code) {
    Json row;
    row["name"] = name;
    row["file"] = file;
    row["as"] = as;
    if (as != "root") {
      row["root"] = "root_1.exs1";
      row["environment"] = kGoldenEnvironment;
      row["audience"] = "server";
    }
    if (as == "head") row["now_ms"] = kGoldenIssuedAtMs + 1'000;
    row["step"] = step;
    row["code"] = code;
    rows_.push_back(std::move(row));
    return rows_.back();
  }
  void Flip(std::string_view name, std::string_view file, std::string_view as, size_t offset, int bits, int step,
            std::string_view code) {
    Json& row = Add(name, file, as, step, code);
    row["flip"] = offset;
    row["xor"] = bits;
  }
  size_t SizeOf(std::string_view file) const { return files_.at(std::string(file)).size(); }
  Json Take() { return std::move(rows_); }

 private:
  const Files& files_;
  Json rows_ = Json::array();
};

void AddEnvelopeCases(Cases& cases, std::string_view file, std::string_view as, size_t signatures) {
  const std::string prefix = std::string(as) + ": ";
  const size_t header = kFixedHeaderSize + kSignatureSize * signatures;
  const size_t size = cases.SizeOf(file);
  const auto flip = [&](std::string_view what, size_t offset, int bits, int step, std::string_view code) {
    cases.Flip(prefix + std::string(what), file, as, offset, bits, step, code);
  };
  const auto cut = [&](std::string_view what, size_t left, int step, std::string_view code) {
    cases.Add(prefix + std::string(what), file, as, step, code)["truncate"] = left;
  };
  flip("first byte of the magic", 0, 0x01, 2, "BAD_ENVELOPE");
  flip("last byte of the magic", 3, 0x80, 2, "BAD_ENVELOPE");
  flip("header size", 4, 0x04, 2, "BAD_ENVELOPE");
  flip("high byte of the header size", 7, 0x80, 2, "BAD_ENVELOPE");
  flip("unknown payload type", 8, 0x40, 2, "BAD_ENVELOPE");
  flip("unknown codec", 9, 0x02, 2, "BAD_ENVELOPE");
  flip("signature count", 10, 0x07, 2, "BAD_ENVELOPE");
  flip("high byte of the signature count", 11, 0x01, 2, "BAD_ENVELOPE");
  flip("highest byte of the plain size", 19, 0x01, 1, "TOO_LARGE");
  flip("lowest byte of the plain size", 12, 0x01, 5, "BAD_SIGNATURE");
  flip("R of the signature", kFixedHeaderSize + 8, 0x01, 5, "BAD_SIGNATURE");
  flip("S of the signature", kFixedHeaderSize + 8 + 32, 0x01, 5, "BAD_SIGNATURE");
  cut("nothing", 0, 2, "BAD_ENVELOPE");
  cut("cut within the fixed header", 19, 2, "BAD_ENVELOPE");
  cut("cut within the signatures", header - 1, 2, "BAD_ENVELOPE");
  if (as == "root") return;  // a Root is decoded before its signatures can be checked
  flip("key id", kFixedHeaderSize, 0x01, 4, "UNKNOWN_KEY");
  flip("first byte of the payload", header, 0x01, 5, "BAD_SIGNATURE");
  flip("last byte of the payload", size - 1, 0x80, 5, "BAD_SIGNATURE");
  cut("cut before the payload", header, 5, "BAD_SIGNATURE");
  cut("last byte cut off", size - 1, 5, "BAD_SIGNATURE");
  cases.Add(prefix + "a byte more", file, as, 5, "BAD_SIGNATURE")["append"] = "00";
}

void AddSnapshotCases(Cases& cases, const HeadModel& head) {
  constexpr std::string_view kFile = "snapshot_server.exs1";
  const std::string digest = Hex(TextOf(head.stable.digest));
  const uint64_t size = head.stable.size_bytes;
  const auto with_head = [&](std::string_view name, int step, std::string_view code) -> Json& {
    Json& row = cases.Add(name, kFile, "snapshot", step, code);
    row["expected_digest"] = digest;
    row["expected_size"] = size;
    return row;
  };
  cases.Add("snapshot for servers", kFile, "snapshot", 0, "OK");
  cases.Add("snapshot for clients", "snapshot_client.exs1", "snapshot", 0, "OK")["audience"] = "client";
  cases.Add("snapshot without a codec", "other/snapshot_not_compressed.exs1", "snapshot", 0, "OK");
  cases.Add("snapshot signed by two of two", "other/snapshot_two_keys.exs1", "snapshot", 0, "OK")["environment"] =
      "env_two";
  cases.Add("a signature by a stranger beside a good one", "other/snapshot_stranger_and_key.exs1", "snapshot", 0, "OK");
  Json& one_id_wrong =
      cases.Add("two of two, one key id wrong", "other/snapshot_two_keys.exs1", "snapshot", 5, "BAD_SIGNATURE");
  one_id_wrong["environment"] = "env_two";
  one_id_wrong["flip"] = kFixedHeaderSize;
  one_id_wrong["xor"] = 1;
  with_head("snapshot as its head says", 0, "OK");
  Json& flipped = with_head("first byte of the payload, digest known", 3, "DIGEST_MISMATCH");
  flipped["flip"] = kFixedHeaderSize + kSignatureSize;
  flipped["xor"] = 1;
  Json& key_and_payload = with_head("cut by one byte, digest known", 3, "DIGEST_MISMATCH");
  key_and_payload["truncate"] = cases.SizeOf(kFile) - 1;
  with_head("one byte more than the head says", 1, "TOO_LARGE")["append"] = "00";
  Json& key = with_head("key id, digest known", 4, "UNKNOWN_KEY");
  key["flip"] = kFixedHeaderSize;
  key["xor"] = 1;

  Json* row = &cases.Add("asked for another environment of the root", kFile, "snapshot", 4, "UNKNOWN_KEY");
  (*row)["environment"] = "env_other";
  row = &cases.Add("asked for an environment that shares the key", kFile, "snapshot", 9, "WRONG_ENVIRONMENT");
  (*row)["environment"] = "env_shared";
  row = &cases.Add("asked for an environment that the root does not know", kFile, "snapshot", 4, "UNKNOWN_KEY");
  (*row)["environment"] = "env_nowhere";
  row = &cases.Add("asked for clients", kFile, "snapshot", 9, "WRONG_ENVIRONMENT");
  (*row)["audience"] = "client";
  row = &cases.Add("another type of file", "head_server.exs1", "snapshot", 2, "BAD_ENVELOPE");
  row = &cases.Add("the next root has another epoch", kFile, "snapshot", 10, "ROLLBACK");
  (*row)["root"] = "root_2.exs1";
  const auto floor = [&](std::string_view name, int64_t epoch, int64_t version, const std::string& seen, int step,
                         std::string_view code) {
    Json& added = cases.Add(name, kFile, "snapshot", step, code);
    added["floor"] = {{"epoch", epoch}, {"number", version}};
    if (!seen.empty()) added["floor"]["digest"] = seen;
  };
  floor("older than the floor", kGoldenEpoch, kGoldenVersion + 1, "", 10, "ROLLBACK");
  floor("older epoch than the floor", kGoldenEpoch + 1, 1, "", 10, "ROLLBACK");
  floor("the floor itself", kGoldenEpoch, kGoldenVersion, digest, 0, "OK");
  floor("the floor's version with another digest", kGoldenEpoch, kGoldenVersion, std::string(64, '0'), 10,
        "EQUIVOCATION");
  floor("newer epoch than the floor", kGoldenEpoch - 1, kGoldenVersion + 99, std::string(64, '0'), 0, "OK");
}

void AddBadSnapshotCases(Cases& cases) {
  const struct {
    std::string_view file;
    int step;
    std::string_view code;
  } kRows[] = {
      {"bad/plain_size_too_small.exs1", 6, "BAD_INFLATE"},
      {"bad/plain_size_too_large.exs1", 6, "BAD_INFLATE"},
      {"bad/plain_size_of_stored.exs1", 6, "BAD_INFLATE"},
      {"bad/bytes_after_deflate.exs1", 6, "BAD_INFLATE"},
      {"bad/not_deflate.exs1", 6, "BAD_INFLATE"},
      {"bad/bomb.exs1", 6, "BAD_INFLATE"},
      {"bad/plain_size_over_limit.exs1", 1, "TOO_LARGE"},
      {"bad/empty_payload.exs1", 8, "BAD_ENCODING"},
      {"bad/group_field.exs1", 7, "WIRE_LIMIT"},
      {"bad/too_many_elements.exs1", 7, "WIRE_LIMIT"},
      {"bad/too_much_memory.exs1", 8, "BAD_ENCODING"},
      {"bad/field_twice.exs1", 8, "BAD_ENCODING"},
      {"bad/wrong_wire_type.exs1", 8, "BAD_ENCODING"},
      {"bad/cut_short.exs1", 8, "BAD_ENCODING"},
      {"bad/text_not_utf8.exs1", 8, "BAD_ENCODING"},
      {"bad/repeated_not_packed.exs1", 8, "BAD_ENCODING"},
      {"bad/column_lengths.exs1", 8, "BAD_ENCODING"},
      {"bad/newer_format.exs1", 8, "UNSUPPORTED_VERSION"},
      {"bad/newer_format_other_schema.exs1", 8, "UNSUPPORTED_VERSION"},
      {"bad/newer_semantics.exs1", 8, "UNSUPPORTED_VERSION"},
      {"bad/no_format_version.exs1", 8, "BAD_ENCODING"},
      {"bad/unknown_audience.exs1", 8, "BAD_ENCODING"},
      {"bad/other_environment.exs1", 9, "WRONG_ENVIRONMENT"},
      {"bad/older_epoch.exs1", 10, "ROLLBACK"},
      {"bad/newer_epoch.exs1", 10, "FAST_FORWARD"},
      {"bad/far_version.exs1", 10, "FAST_FORWARD"},
      {"bad/flag_key_twice.exs1", 11, "BAD_CONTENT"},
      {"bad/index_out_of_table.exs1", 11, "BAD_CONTENT"},
      {"bad/no_flags.exs1", 11, "BAD_CONTENT"},
      {"bad/golden_mismatch.exs1", 13, "GOLDEN_MISMATCH"},
      {"bad/signed_by_stranger.exs1", 4, "UNKNOWN_KEY"},
      {"bad/signed_by_revoked.exs1", 4, "UNKNOWN_KEY"},
      {"bad/signed_by_head_key.exs1", 4, "UNKNOWN_KEY"},
      {"bad/signed_by_other_environment.exs1", 4, "UNKNOWN_KEY"},
      {"bad/foreign_signature.exs1", 5, "BAD_SIGNATURE"},
      {"bad/scalar_not_reduced.exs1", 5, "BAD_SIGNATURE"},
  };
  for (const auto& row : kRows) {
    std::string name(row.file.substr(4, row.file.size() - 9));
    std::replace(name.begin(), name.end(), '_', ' ');
    cases.Add(name, row.file, "snapshot", row.step, row.code);
  }
  cases.Add("one key of two", "bad/one_key_of_two.exs1", "snapshot", 5, "BAD_SIGNATURE")["environment"] = "env_two";
  cases.Add("one key twice", "bad/one_key_twice.exs1", "snapshot", 5, "BAD_SIGNATURE")["environment"] = "env_two";
}

void AddHeadCases(Cases& cases, const Files& files, const HeadModel& head) {
  constexpr std::string_view kFile = "head_server.exs1";
  const std::string payload = files.at(std::string(kFile)).substr(kFixedHeaderSize + kSignatureSize);
  const std::string digest = Hex(TextOf(host::Sha256(payload)));
  cases.Add("head for servers", kFile, "head", 0, "OK");
  cases.Add("head for clients", "head_client.exs1", "head", 0, "OK")["audience"] = "client";
  cases.Add("head read as a client", kFile, "head", 9, "WRONG_ENVIRONMENT")["audience"] = "client";
  cases.Add("head read in an environment that shares the key", kFile, "head", 9, "WRONG_ENVIRONMENT")["environment"] =
      "env_shared";
  cases.Add("head at its last millisecond", kFile, "head", 0, "OK")["now_ms"] = head.expires_at_ms - 1;
  cases.Add("head when it ends", kFile, "head", 11, "HEAD_EXPIRED")["now_ms"] = head.expires_at_ms;
  cases.Add("another type of file as a head", "root_1.exs1", "head", 2, "BAD_ENVELOPE");
  cases.Add("head under the next root", kFile, "head", 10, "ROLLBACK")["root"] = "root_2.exs1";
  const auto floor = [&](std::string_view name, int64_t number, const std::string& seen, int step,
                         std::string_view code) {
    Json& added = cases.Add(name, kFile, "head", step, code);
    added["floor"] = {{"epoch", kGoldenEpoch}, {"number", number}};
    if (!seen.empty()) added["floor"]["digest"] = seen;
  };
  floor("head older than the floor", head.head_number + 1, "", 10, "ROLLBACK");
  floor("head of the floor", head.head_number, digest, 0, "OK");
  floor("head of the floor's number, another digest", head.head_number, std::string(64, '0'), 10, "EQUIVOCATION");
  const struct {
    std::string_view file;
    int step;
    std::string_view code;
  } kRows[] = {
      {"bad/head_other_environment.exs1", 9, "WRONG_ENVIRONMENT"},
      {"bad/head_newer_root.exs1", 4, "UNKNOWN_KEY"},
      {"bad/head_older_epoch.exs1", 10, "ROLLBACK"},
      {"bad/head_too_many_off.exs1", 8, "BAD_ENCODING"},
      {"bad/head_share_over_one.exs1", 8, "BAD_ENCODING"},
      {"bad/head_newer_format.exs1", 8, "UNSUPPORTED_VERSION"},
      {"bad/head_too_large.exs1", 1, "TOO_LARGE"},
      {"bad/head_by_snapshot_key.exs1", 4, "UNKNOWN_KEY"},
  };
  for (const auto& row : kRows) {
    std::string name(row.file.substr(4, row.file.size() - 9));
    std::replace(name.begin(), name.end(), '_', ' ');
    cases.Add(name, row.file, "head", row.step, row.code);
  }
}

void AddRootCases(Cases& cases, const Files& files) {
  cases.Add("first root", "root_1.exs1", "root", 0, "OK");
  cases.Add("second root", "root_2.exs1", "root", 0, "OK");
  cases.Add("root with its pin", "root_1.exs1", "root", 0, "OK")["expected_digest"] =
      Hex(TextOf(host::Sha256(files.at("root_1.exs1"))));
  cases.Add("root with the pin of another", "root_1.exs1", "root", 3, "DIGEST_MISMATCH")["expected_digest"] =
      Hex(TextOf(host::Sha256(files.at("root_2.exs1"))));
  cases.Add("another type of file as a root", "head_server.exs1", "root", 2, "BAD_ENVELOPE");
  const struct {
    std::string_view file;
    int step;
    std::string_view code;
  } kRows[] = {
      {"bad/root_one_signature.exs1", 5, "BAD_SIGNATURE"},      {"bad/root_same_key_twice.exs1", 5, "BAD_SIGNATURE"},
      {"bad/root_by_strangers.exs1", 4, "UNKNOWN_KEY"},         {"bad/root_compressed.exs1", 2, "BAD_ENVELOPE"},
      {"bad/root_small_order_key.exs1", 11, "BAD_CONTENT"},     {"bad/root_key_twice.exs1", 11, "BAD_CONTENT"},
      {"bad/root_index_out_of_table.exs1", 11, "BAD_CONTENT"},  {"bad/root_too_few_keys.exs1", 11, "BAD_CONTENT"},
      {"bad/root_newer_format.exs1", 8, "UNSUPPORTED_VERSION"},
  };
  for (const auto& row : kRows) {
    std::string name(row.file.substr(4, row.file.size() - 9));
    std::replace(name.begin(), name.end(), '_', ' ');
    cases.Add(name, row.file, "root", row.step, row.code);
  }
}

std::string Index(const Files& files, const HeadModel& head) {
  Json index;
  index["keys"] = Json::array();
  for (std::string_view name : kKeyNames) {
    const SecretKey key = Key(name);
    index["keys"].push_back({{"name", name},
                             {"seed", Hex(TextOf(key.seed()))},
                             {"public_key", Hex(TextOf(key.public_key()))},
                             {"key_id", Hex(TextOf(host::KeyIdOf(key.public_key())))}});
  }
  index["files"] = Json::array();
  for (const auto& [name, bytes] : files) {
    index["files"].push_back({{"file", name}, {"size", bytes.size()}, {"sha256", Hex(TextOf(host::Sha256(bytes)))}});
  }
  Cases cases(files);
  AddRootCases(cases, files);
  AddHeadCases(cases, files, head);
  AddSnapshotCases(cases, head);
  AddBadSnapshotCases(cases);
  AddEnvelopeCases(cases, "root_1.exs1", "root", 2);
  AddEnvelopeCases(cases, "head_server.exs1", "head", 1);
  AddEnvelopeCases(cases, "snapshot_server.exs1", "snapshot", 1);
  index["cases"] = cases.Take();
  return index.dump(1) + "\n";
}

}  // namespace

std::map<std::string, std::string> MakeGoldenFiles() {
  Files files;
  files["root_1.exs1"] = Sign(PayloadType::kRoot, EncodeRoot(RootOne()), {"root-1", "root-2"});
  files["root_2.exs1"] = Sign(PayloadType::kRoot, EncodeRoot(RootTwo()), {"root-1", "root-2", "root-3"});
  files["snapshot_server.exs1"] = SignSnapshot(GoldenServerModel());
  files["snapshot_client.exs1"] = SignSnapshot(GoldenClientModel());
  const HeadModel head = GoldenHead(Audience::kServer, files["snapshot_server.exs1"]);
  const HeadModel client_head = GoldenHead(Audience::kClient, files["snapshot_client.exs1"]);
  files["head_server.exs1"] = Sign(PayloadType::kHead, EncodeHead(head), {"head"});
  files["head_client.exs1"] = Sign(PayloadType::kHead, EncodeHead(client_head), {"head"});
  files["event_batch.bin"] = GoldenBatch();
  files["event_reply.bin"] = GoldenReply();
  AddBadSnapshots(files);
  AddBadHeads(files, head);
  AddBadRoots(files);
  files["index.json"] = Index(files, head);
  return files;
}

}  // namespace expt::wire
