// Changes that somebody works on before they are made: one mutable document each, and what others say about it.
#ifndef EXPT_CONTROL_PLANE_STORAGE_CHANGE_REQUESTS_H_
#define EXPT_CONTROL_PLANE_STORAGE_CHANGE_REQUESTS_H_

#include <cstdint>
#include <string>

namespace expt::storage {

// Stored; never renumbered.
enum class ChangeRequestState : uint8_t { kOpen = 1, kInReview = 2, kApproved = 3, kApplied = 4, kClosed = 5 };

struct ChangeRequest {
  int64_t number = 0;  // rises with each new one; given by the store
  std::string id = {};
  std::string project = {};      // keys
  std::string environment = {};
  ChangeRequestState state = ChangeRequestState::kOpen;
  std::string actor = {};        // who made it
  std::string authors = {};      // JSON text: the persons who have edited it
  std::string document = {};     // JSON text: title, description, edits
  int64_t revision = 0;     // 1 when created; rises by one with every write
  int64_t edited_revision = 0;  // in which the edits are as they are now
  int64_t created_ms = 0;
  int64_t updated_ms = 0;
  int64_t publish_at_ms = 0;    // 0: not scheduled
  std::string scheduled_by = {};     // actor
  std::string applied_by = {};       // actor
  int64_t applied_ms = 0;
  int64_t state_revision = 0;   // of the store, behind its changes; 0: not applied
  int64_t version = 0;          // that carries them; 0: not published
  std::string failure = {};          // why the last attempt came to nothing; empty: it did not
  int64_t failed_ms = 0;
};

struct ChangeRequestWrite {
  ChangeRequest request;
  int64_t revision = 0;  // that it must have now; 0 creates it
};

// Stored; never renumbered.
enum class Verdict : uint8_t { kComment = 1, kApprove = 2, kRequestChanges = 3 };

// What somebody says about a change request. Never changed.
struct Remark {
  std::string change_request = {};  // id
  int64_t number = 0;          // from 1; given by the store
  int64_t revision = 0;        // of the change request that was looked at
  int64_t time_ms = 0;
  std::string actor = {};
  std::string person = {};
  Verdict verdict = Verdict::kComment;
  std::string text = {};
};

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_CHANGE_REQUESTS_H_
