#include "control-plane/storage/people.h"
#include "control-plane/storage/rows.h"
#include "control-plane/storage/state_store.h"

namespace expt::storage {
namespace {

constexpr int64_t kSessionTouchIntervalMs = 60'000;

constexpr std::string_view kAccountColumns = "member, email, password, totp_secret, totp_confirmed, totp_step";
constexpr std::string_view kTicketColumns = "id, secret_hash, member, purpose, expires_ms";
constexpr std::string_view kSessionColumns = "id, secret_hash, principal, created_ms, used_ms, address, agent";
constexpr std::string_view kTermsColumns = "id, owner, expires_ms";

Account AccountRow(const Statement& row) {
  return {.member = std::string(row.Text(0)),
          .email = std::string(row.Text(1)),
          .password = std::string(row.Text(2)),
          .totp_secret = std::string(row.Blob(3)),
          .is_totp_confirmed = row.Int(4) != 0,
          .totp_step = row.Int(5)};
}

Ticket TicketRow(const Statement& row) {
  return {std::string(row.Text(0)), DigestOf(row.Blob(1)), std::string(row.Text(2)), std::string(row.Text(3)),
          row.Int(4)};
}

LoginSession SessionRow(const Statement& row) {
  return {std::string(row.Text(0)), DigestOf(row.Blob(1)), std::string(row.Text(2)), row.Int(3), row.Int(4),
          std::string(row.Text(5)), std::string(row.Text(6))};
}

TokenTerms TermsRow(const Statement& row) { return {std::string(row.Text(0)), std::string(row.Text(1)), row.Int(2)}; }

// The row of `sql` whose name is ?1.
template <typename Row>
auto FindBy(Database& database, const std::string& sql, std::string_view name, Row row)
    -> absl::StatusOr<std::optional<decltype(row(std::declval<const Statement&>()))>> {
  absl::StatusOr<Statement> query = database.Prepare(sql);
  if (!query.ok()) return query.status();
  query->BindText(1, name);
  return First(*query, row);
}

// Runs `sql` once for each of `rows`, whose values `bind` binds.
template <typename Rows, typename Bind>
absl::Status RunEach(Database& database, std::string_view sql, const Rows& rows, Bind bind) {
  for (const auto& row : rows) {
    absl::StatusOr<Statement> statement = database.Prepare(sql);
    if (!statement.ok()) return statement.status();
    bind(*statement, row);
    if (absl::Status status = statement->Run(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void BindName(Statement& statement, const std::string& name) { statement.BindText(1, name); }

void BindAccount(Statement& statement, const Account& account) {
  statement.BindText(1, account.member)
      .BindText(2, account.email)
      .BindText(3, account.password)
      .BindBlob(4, account.totp_secret)
      .BindInt(5, account.is_totp_confirmed ? 1 : 0)
      .BindInt(6, account.totp_step);
}

void BindTicket(Statement& statement, const Ticket& ticket) {
  statement.BindText(1, ticket.id)
      .BindBlob(2, BytesOf(ticket.secret_hash))
      .BindText(3, ticket.member)
      .BindText(4, ticket.purpose)
      .BindInt(5, ticket.expires_ms);
}

void BindCode(Statement& statement, const RecoveryCode& code) {
  statement.BindText(1, code.member).BindBlob(2, BytesOf(code.hash));
}

void BindSession(Statement& statement, const LoginSession& session) {
  statement.BindText(1, session.id)
      .BindBlob(2, BytesOf(session.secret_hash))
      .BindText(3, session.principal)
      .BindInt(4, session.created_ms)
      .BindInt(5, session.used_ms)
      .BindText(6, session.address)
      .BindText(7, session.agent);
}

void BindTerms(Statement& statement, const TokenTerms& terms) {
  statement.BindText(1, terms.id).BindText(2, terms.owner).BindInt(3, terms.expires_ms);
}

absl::Status WriteSessions(Database& database, const PeopleChange& change) {
  absl::Status status =
      RunEach(database, "DELETE FROM session WHERE principal=?1", change.end_sessions_of, BindName);
  if (!status.ok()) return status;
  status = RunEach(database, "DELETE FROM session WHERE id=?1", change.end_sessions, BindName);
  if (!status.ok()) return status;
  if (change.end_sessions_before_ms != 0) {
    status = RunEach(database, "DELETE FROM session WHERE created_ms<?1", std::array{change.end_sessions_before_ms},
                     [](Statement& statement, int64_t before_ms) { statement.BindInt(1, before_ms); });
    if (!status.ok()) return status;
  }
  return RunEach(database,
                 "INSERT INTO session(id, secret_hash, principal, created_ms, used_ms, address, agent) "
                 "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                 change.sessions, BindSession);
}

}  // namespace

absl::Status StateStore::WritePeople(const PeopleChange& change) {
  absl::Status status =
      RunEach(database_,
              "INSERT INTO account(member, email, password, totp_secret, totp_confirmed, totp_step) "
              "VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(member) DO UPDATE "
              "SET email=?2, password=?3, totp_secret=?4, totp_confirmed=?5, totp_step=?6",
              change.accounts, BindAccount);
  if (!status.ok()) return status;
  status = RunEach(database_, "DELETE FROM ticket WHERE member=?1", change.void_tickets_of, BindName);
  if (!status.ok()) return status;
  status = RunEach(database_,
                   "INSERT INTO ticket(id, secret_hash, member, purpose, expires_ms) VALUES(?1, ?2, ?3, ?4, ?5)",
                   change.tickets, BindTicket);
  if (!status.ok()) return status;
  status = RunEach(database_, "DELETE FROM recovery_code WHERE member=?1", change.void_codes_of, BindName);
  if (!status.ok()) return status;
  status = RunEach(database_, "DELETE FROM recovery_code WHERE member=?1 AND hash=?2", change.spent_codes, BindCode);
  if (!status.ok()) return status;
  status = RunEach(database_, "INSERT INTO recovery_code(member, hash) VALUES(?1, ?2)", change.codes, BindCode);
  if (!status.ok()) return status;
  status = WriteSessions(database_, change);
  if (!status.ok()) return status;
  return RunEach(database_, "INSERT INTO token_terms(id, owner, expires_ms) VALUES(?1, ?2, ?3)", change.tokens,
                 BindTerms);
}

absl::StatusOr<std::optional<Account>> StateStore::FindAccount(std::string_view member) {
  const std::lock_guard lock(mutex_);
  return FindBy(database_, Select(kAccountColumns, "FROM account WHERE member=?1"), member, AccountRow);
}

absl::StatusOr<std::optional<Account>> StateStore::FindAccountByEmail(std::string_view email) {
  const std::lock_guard lock(mutex_);
  return FindBy(database_, Select(kAccountColumns, "FROM account WHERE email=?1"), email, AccountRow);
}

absl::StatusOr<std::optional<Ticket>> StateStore::FindTicket(std::string_view id) {
  const std::lock_guard lock(mutex_);
  return FindBy(database_, Select(kTicketColumns, "FROM ticket WHERE id=?1"), id, TicketRow);
}

absl::StatusOr<bool> StateStore::HasRecoveryCode(const RecoveryCode& code) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query = database_.Prepare("SELECT 1 FROM recovery_code WHERE member=?1 AND hash=?2");
  if (!query.ok()) return query.status();
  BindCode(*query, code);
  const auto found = First(*query, [](const Statement& row) { return row.Int(0); });
  if (!found.ok()) return found.status();
  return found->has_value();
}

absl::StatusOr<std::optional<LoginSession>> StateStore::FindSession(std::string_view id) {
  const std::lock_guard lock(mutex_);
  return FindBy(database_, Select(kSessionColumns, "FROM session WHERE id=?1"), id, SessionRow);
}

absl::StatusOr<std::vector<LoginSession>> StateStore::ListSessions(std::string_view principal) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> query =
      database_.Prepare(Select(kSessionColumns, "FROM session WHERE principal=?1 ORDER BY id"));
  if (!query.ok()) return query.status();
  query->BindText(1, principal);
  return All(*query, SessionRow);
}

absl::Status StateStore::TouchSession(std::string_view id, int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  absl::StatusOr<Statement> update =
      database_.Prepare("UPDATE session SET used_ms=?2 WHERE id=?1 AND used_ms<=?2-?3");
  if (!update.ok()) return update.status();
  return update->BindText(1, id).BindInt(2, now_ms).BindInt(3, kSessionTouchIntervalMs).Run();
}

absl::StatusOr<std::optional<TokenTerms>> StateStore::FindTokenTerms(std::string_view id) {
  const std::lock_guard lock(mutex_);
  return FindBy(database_, Select(kTermsColumns, "FROM token_terms WHERE id=?1"), id, TermsRow);
}

}  // namespace expt::storage
