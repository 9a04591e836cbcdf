# cmake -DIN=include/expt/expt.h -DOUT=tour.inc -P extract_tour.cmake
# Writes the code of the tour: the comment lines that are indented by six spaces. The address in it becomes `url`.
file(READ ${IN} text)
string(REGEX REPLACE "#ifndef.*" "" text "${text}")
string(REGEX REPLACE "\n//      " "\n@@" text "\n${text}")
string(REGEX REPLACE "\n//[^\n]*" "" text "${text}")
string(REGEX REPLACE "\n@@" "\n" text "${text}")
string(REPLACE "\"https://flags.example.com\"" "url" text "${text}")
if(NOT text MATCHES "Client::Open" OR NOT text MATCHES "Close")
  message(FATAL_ERROR "${IN}: found no tour")
endif()
file(WRITE ${OUT} "${text}")
