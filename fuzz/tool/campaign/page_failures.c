/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A campaign's failures, each with what broke, where, how it was found, and its timeline, folded. The timeline is of a run of now; where
 * this build cannot run the file, or it ends otherwise here, there is what was written when it was found.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tool/campaign/campaign_page.h"
#include "tool/explain/explanation.h"
#include "tool/failure_report.h"
#include "tool/html.h"
#include "tool/input.h"

#define TEXT_MAX (1u << 20) /* of a .txt, what is shown */

/* --- what was written then ------------------------------------------------------------------ */

static void
put_text_file(const struct account_failure *failure, FILE *out)
{
    char path[PATH_MAX + 8];
    char *text = malloc(TEXT_MAX + 1);
    int length = (int)(strlen(failure->path) - strlen(".prog"));
    snprintf(path, sizeof(path), "%.*s.txt", length > 0 ? length : 0, failure->path);
    FILE *file = fopen(path, "r");
    size_t size = file != NULL && text != NULL ? fread(text, 1, TEXT_MAX, file) : 0;
    if (size > 0) {
        text[size] = '\0';
        fputs("<p>What was written when it was found:</p>\n<pre tabindex=\"0\">", out);
        html_put(text, out);
        fputs("</pre>\n", out);
    } else {
        fputs("<p>Nor is there what was written when it was found.</p>\n", out);
    }
    if (file != NULL) {
        fclose(file);
    }
    free(text);
}

/* --- the timeline --------------------------------------------------------------------------- */

static void
put_explanation(const struct explanation *explanation, FILE *out)
{
    char *words = explain_words_text(explanation);
    if (words != NULL) {
        fputs("<div class=\"words\">", out);
        html_put(words, out);
        fputs("</div>\n", out);
    }
    free(words);
    fputs("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Timeline\">\n", out);
    explain_columns(explanation, false, out);
    fputs("</div>\n", out);
}

/* Says why there is no timeline, or draws it. */
static enum tool_exit
put_run(const struct account_failure *failure, const struct input *input, FILE *out)
{
    struct outcome *outcome = NULL;
    struct explanation *explanation = explanation_create(input, &outcome);
    enum tool_exit code = TOOL_OK;
    bool differed = false, shown = false;
    char signature[20] = "";
    if (explanation == NULL || !explanation_try(explanation, &differed)) {
        command_complain("%s: cannot be run: %s", failure->path, strerror(errno));
        fputs("<p class=\"note\">It could not be run again.</p>\n", out);
        code = TOOL_ENVIRONMENT;
    } else if (differed) {
        command_complain("%s: two runs of it differed", failure->path);
        fputs("<p class=\"note\">Two runs of it differed now: the engine or the subject is not "
              "deterministic.</p>\n",
              out);
        code = TOOL_DIFFERED;
    } else {
        snprintf(signature, sizeof(signature), "%016" PRIx64, outcome->result.signature);
        shown = strcmp(signature, failure->name) == 0;
        if (shown) {
            explanation_select(explanation);
            put_explanation(explanation, out);
        } else {
            fprintf(out, "<p class=\"note\">On this build it ends otherwise: %s.</p>\n",
                    heddle_verdict_name(outcome->result.verdict));
        }
    }
    if (!shown) {
        put_text_file(failure, out);
    }
    explanation_destroy(explanation);
    outcome_destroy(outcome);
    return code;
}

static enum tool_exit
put_timeline(const struct account_failure *failure, FILE *out)
{
    struct input input;
    if (input_read_usable(&input, failure->path, NULL, NULL) != TOOL_OK) {
        fputs("<p class=\"note\">This build cannot run it.</p>\n", out);
        put_text_file(failure, out);
        return TOOL_OK;
    }
    enum tool_exit code = put_run(failure, &input, out);
    input_fini(&input);
    return code;
}

/* --- the list ------------------------------------------------------------------------------- */

static void
put_fact(const char *name, const char *value, FILE *out)
{
    if (value[0] != '\0') {
        fprintf(out, "<dt>%s</dt><dd>", name);
        html_put(value, out);
        fputs("</dd>", out);
    }
}

static void
put_command(const struct account_failure *failure, FILE *out)
{
    char *text = NULL;
    size_t size = 0;
    FILE *command = open_memstream(&text, &size);
    if (command == NULL) {
        return;
    }
    fputs("heddle replay ", command);
    report_print_argument(failure->path, command);
    if (fclose(command) == 0) {
        fputs("<dt>again</dt><dd><code>", out);
        html_put(text, out);
        fputs("</code></dd>", out);
    }
    free(text);
}

static enum tool_exit
put_failure(const struct account_failure *failure, FILE *out)
{
    fputs("<details class=\"failure\" id=\"", out);
    html_put(failure->name, out);
    fputs("\"><summary><h3><b>", out);
    html_put(failure->verdict[0] != '\0' ? failure->verdict : "failure", out);
    fputs("</b> ", out);
    html_put(failure->promise, out);
    fputs("</h3><span class=\"faint\">", out);
    html_put(failure->place, out);
    if (failure->seconds >= 0) {
        fputs(failure->place[0] != '\0' ? " · after " : "after ", out);
        html_put_duration(failure->seconds, out);
    }
    fputs("</span></summary>\n<dl class=\"facts\">", out);
    put_fact("signature", failure->name, out);
    put_fact("seen by", failure->oracle, out);
    put_fact("place", failure->place, out);
    put_fact("found by", failure->found_by, out);
    put_fact("process", failure->process, out);
    put_fact("as", failure->file, out);
    put_fact("found", failure->found, out);
    put_fact("judged", failure->judged, out);
    put_fact("commit", failure->commit, out);
    put_fact("build", failure->build, out);
    put_command(failure, out);
    fputs("</dl>\n", out);
    enum tool_exit code = put_timeline(failure, out);
    fputs("</details>\n", out);
    return code;
}

static size_t
count_alike(const struct campaign_account *account, size_t from, const char *verdict)
{
    size_t count = 0;
    for (size_t i = from; i < account->failure_count; i++) {
        count += strcmp(account->failures[i].verdict, verdict) == 0;
    }
    return count;
}

/* "6 invariant, 2 leak." */
static void
put_verdicts(const struct campaign_account *account, FILE *out)
{
    const char *separator = "";
    fputs("<p>In the order in which they were found: ", out);
    for (size_t i = 0; i < account->failure_count; i++) {
        const char *verdict = account->failures[i].verdict;
        bool is_first = count_alike(account, 0, verdict) == count_alike(account, i, verdict);
        if (is_first) {
            fprintf(out, "%s%zu ", separator, count_alike(account, i, verdict));
            html_put(verdict[0] != '\0' ? verdict : "without a verdict", out);
            separator = ", ";
        }
    }
    fputs(". Open one for what happened, a column a task; <code>heddle explain FILE --all</code> "
          "shows every moment.</p>\n",
          out);
}

enum tool_exit
page_failures(const struct campaign_account *account, FILE *out)
{
    enum tool_exit code = TOOL_OK;
    fprintf(out,
            "<section aria-labelledby=\"failures\"><h2 id=\"failures\">%zu distinct "
            "failure%s</h2>\n",
            account->failure_count, account->failure_count == 1 ? "" : "s");
    if (account->failure_count == 0) {
        fputs("<p>None was found, or none has been judged yet.</p>\n", out);
    } else {
        put_verdicts(account, out);
    }
    for (size_t i = 0; i < account->failure_count; i++) {
        code = tool_exit_worse(code, put_failure(&account->failures[i], out));
    }
    fputs("</section>\n", out);
    return code;
}
