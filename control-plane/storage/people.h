// What signing in needs to know about members and API tokens. It is kept apart from documents, so that no secret, and
// nothing made from one, gets into the audit.
#ifndef EXPT_CONTROL_PLANE_STORAGE_PEOPLE_H_
#define EXPT_CONTROL_PLANE_STORAGE_PEOPLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "expt/snapshot.h"

namespace expt::storage {

struct Account {
  std::string member;            // id
  std::string email;             // lower case; of one account only
  std::string password = {};     // as host::HashPassword() made it; empty: none yet
  std::string totp_secret = {};  // as it is; empty: none
  bool is_totp_confirmed = false;
  int64_t totp_step = 0;  // of the last code that was taken; no earlier one is taken again
};

// Lets its holder set the password of a member, once.
struct Ticket {
  std::string id;        // public
  Digest secret_hash{};  // SHA-256 of the secret
  std::string member;
  std::string purpose;  // "invite" or "reset"
  int64_t expires_ms = 0;
};

// A browser in which somebody has signed in.
struct LoginSession {
  std::string id;         // public
  Digest secret_hash{};   // SHA-256 of the secret in the cookie
  std::string principal;  // id of a member or of an API token
  int64_t created_ms = 0;
  int64_t used_ms = 0;  // written at most once a minute
  std::string address;  // of the peer that signed in
  std::string agent;    // what it said that it is
};

// What an API token has beside its credential.
struct TokenTerms {
  std::string id;          // of the credential
  std::string owner;       // id of a member; empty: of nobody
  int64_t expires_ms = 0;  // 0: never
};

struct RecoveryCode {
  std::string member;
  Digest hash{};  // SHA-256 of the code
};

// Done in this order.
struct PeopleChange {
  std::vector<Account> accounts = {};  // added, or put in place of the member's
  std::vector<std::string> void_tickets_of = {};
  std::vector<Ticket> tickets = {};
  std::vector<std::string> void_codes_of = {};
  std::vector<RecoveryCode> spent_codes = {};
  std::vector<RecoveryCode> codes = {};
  std::vector<std::string> end_sessions_of = {};  // members and API tokens
  std::vector<std::string> end_sessions = {};     // ids
  int64_t end_sessions_before_ms = 0;             // that were created before
  std::vector<LoginSession> sessions = {};
  std::vector<TokenTerms> tokens = {};
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_PEOPLE_H_
