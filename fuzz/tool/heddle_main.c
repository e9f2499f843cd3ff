/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The heddle command. Everything is in the library heddle_tool; its subjects are in subjects.c.
 */
#include "tool/command.h"

int
main(int argc, char **argv)
{
    return tool_main(argc, argv);
}
