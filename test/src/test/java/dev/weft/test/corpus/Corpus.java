package dev.weft.test.corpus;

import java.util.List;

/** All of them. */
public final class Corpus {
    /** Those of asyncio first. */
    public static final List<Bug> BUGS =
            List.of(
                    new WaitForDropsTheResult(),
                    new WaitForSwallowsCancellation(),
                    new LockForgetsTheNext(),
                    new LockLetsTwoIn(),
                    new SemaphoreIsOvertaken(),
                    new SemaphoreStaysBooked(),
                    new NotifyIsLost(),
                    new ConditionLosesItsLock(),
                    new ConditionSwallowsCancellation(),
                    new GetLosesAnItem(),
                    new PutStrandsTheNext(),
                    new DrainIsForOne(),
                    new GroupSwallowsTimeout(),
                    new TaskIsCollected(),
                    new ConnectLeaksASocket(),
                    new PoolLosesASlot(),
                    new ReplyOffByOne(),
                    new ReleaseLosesAConnection(),
                    new HeadStrandsTheNext(),
                    new ChannelDropsAnElement(),
                    new LostUpdate(),
                    new CompoundAssignment(),
                    new CheckThenAct(),
                    new TwoLocks(),
                    new WaitUnderMonitor());

    private Corpus() {}
}
