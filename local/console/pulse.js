// Shows when what the page shows has changed, or that the console has stopped. It does not reload the page: a half-written reason
// must not be lost.
const { pulse, stamp } = document.body.dataset
const notice = document.getElementById('pulse')

function say(text) {
  notice.textContent = text
  notice.hidden = false
}

if (pulse !== undefined) {
  const timer = setInterval(async () => {
    if (document.hidden) return
    try {
      const answer = await fetch(pulse, { cache: 'no-store' })
      if (!answer.ok || (await answer.text()) === stamp) return
      clearInterval(timer)
      const again = document.createElement('a')
      again.href = location.href
      again.textContent = 'Reload the page.'
      say('This has changed since the page was loaded. ')
      notice.append(again)
    } catch {
      say('The console does not answer: it was stopped, this machine was asleep, or a sign-in has ended.')
    }
  }, 5000)
}
