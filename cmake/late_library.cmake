# reelshare_late_library(NAME FILE FUNCTION...): a static library of the named functions of the shared library FILE, each
# one jump through a slot that `reelshare::load` fills (src/base/late_library.hpp). What is linked in the ordinary way is
# mapped, relocated and set up at every start: libcurl and libpq bring thirty more libraries, which cost the embedded
# default a third of its start and never do anything there. A function that is called but not named fails to link.
function(reelshare_late_library name file)
    set(jumps "")
    set(names "")
    set(strings "")
    set(index 0)
    foreach(function ${ARGN})
        string(APPEND jumps "JUMP ${function}, ${index}\n")
        string(APPEND names "    .quad late_${name}_name_${index}\n")
        string(APPEND strings "late_${name}_name_${index}: .asciz \"${function}\"\n")
        math(EXPR index "${index} + 1")
    endforeach()
    set(source ${CMAKE_CURRENT_BINARY_DIR}/late_${name}.S)
    file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#if defined(__x86_64__)
.macro JUMP name, index
    .globl \name
    .hidden \name
    .type \name, %function
\name:
    endbr64
    jmpq *(late_@name@_slots + 8 * \index)(%rip)
    .size \name, . - \name
.endm
#elif defined(__aarch64__)
.macro JUMP name, index
    .globl \name
    .hidden \name
    .type \name, %function
\name:
    hint #34
    adrp x16, late_@name@_slots + 8 * \index
    ldr x16, [x16, :lo12:(late_@name@_slots + 8 * \index)]
    br x16
    .size \name, . - \name
.endm
#else
#error "This processor needs its way to jump through a slot here."
#endif
    .text
@jumps@
    .section .rodata.str, "a", %progbits
late_@name@_file: .asciz "@file@"
@strings@
    .section .data.rel.ro, "aw", %progbits
    .p2align 3
late_@name@_names:
@names@
    .globl late_@name@
    .hidden late_@name@
late_@name@:
    .quad late_@name@_file
    .quad late_@name@_names
    .quad late_@name@_slots
    .quad @index@
    .bss
    .p2align 3
late_@name@_slots:
    .zero 8 * @index@
    .section .note.GNU-stack, "", %progbits
]])
    add_library(late_${name} STATIC ${source})
endfunction()
