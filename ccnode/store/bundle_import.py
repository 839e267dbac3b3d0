"""How does an export of this program come in again? As the chains it holds, if they are ours; else as imported words.

What calls this (the import engine) does, for a file that `exchange.sniff` takes for a bundle:

    plan = plan_here(path, home, connection, now_ms)      # verifies the whole file: minutes for gigabytes, in a thread
    if plan.receivable:                                   # complete, and every chain was written by one of our nodes
        for job in receive_jobs(plan, now_ms):            # one batch of one chain each, at most 4,096 entries, 4 MiB
            received = ledger.append_sync(job)            # Received: added, known, problem; all safe to repeat
    else:                                                 # somebody else's, or a part: plan.why says which
        source = BundleSource(path, plan)                 # a model.Source like any other; origin "bundle"

`plan.left` (both ways) and `received.problem` belong in the report. After a crash the whole is simply done again: what
is known is skipped. Where plan.receivable, nothing else is to be imported: sessions come with their chains.
The erasing worker should run once afterwards, since orders to forget may have come in.
"""
