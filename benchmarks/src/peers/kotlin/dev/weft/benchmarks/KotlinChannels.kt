package dev.weft.benchmarks

import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

/** Kotlin's coroutines on one thread, the event loop of runBlocking. */
object KotlinChannels {
    /** So many elements from one coroutine to another through a channel without a buffer. */
    @JvmStatic
    fun rendezvous(n: Int) = runBlocking {
        val channel = Channel<Any>()
        launch { repeat(n) { channel.send(KotlinChannels) } }
        repeat(n) { channel.receive() }
    }
}
