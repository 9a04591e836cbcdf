#include "control-plane/http/response.h"

#include "control-plane/http/problem.h"

namespace expt::http {

void Responder::operator()(Response response) {
  if (std::shared_ptr<ReplySlot> slot = std::exchange(slot_, nullptr)) slot->Put(std::move(response));
}

Responder& Responder::operator=(Responder&& other) noexcept {
  std::swap(slot_, other.slot_);
  return *this;
}

Responder::~Responder() {
  if (slot_) (*this)(ProblemResponse({.status = 500, .request_id = slot_->request_id()}));
}

}  // namespace expt::http
