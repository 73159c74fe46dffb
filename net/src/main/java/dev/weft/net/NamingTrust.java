package dev.weft.net;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** The JDK's judge of certificates, but it says which certificate it does not take. */
final class NamingTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager judge;

    private NamingTrust(X509ExtendedTrustManager judge) {
        this.judge = judge;
    }

    /** Reads files, so not on a loop. */
    static NamingTrust of(@Nullable TlsTrust trust) throws GeneralSecurityException, IOException {
        KeyStore store = trust == null ? null : trust.load();
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509ExtendedTrustManager.class::isInstance)
                .map(X509ExtendedTrustManager.class::cast)
                .findFirst()
                .map(NamingTrust::new)
                .orElseThrow(
                        () ->
                                new GeneralSecurityException(
                                        "this JDK has no judge of X.509 chains"));
    }

    /** Knows which certificate it was. */
    static final class RejectedException extends CertificateException {
        private static final long serialVersionUID = 1;

        final String certificate;

        RejectedException(X509Certificate[] chain, CertificateException reason) {
            super(reason.getMessage(), reason);
            certificate = describe(chain);
        }

        private static String describe(X509Certificate[] chain) {
            if (chain.length == 0) {
                return "none was shown";
            }
            X509Certificate own = chain[0];
            return own.getSubjectX500Principal().getName()
                    + ", issued by "
                    + own.getIssuerX500Principal().getName()
                    + ", valid from "
                    + own.getNotBefore().toInstant()
                    + " to "
                    + own.getNotAfter().toInstant();
        }
    }

    private interface Judgement {
        void pass() throws CertificateException;
    }

    private static void judge(X509Certificate[] chain, Judgement judgement)
            throws CertificateException {
        try {
            judgement.pass();
        } catch (CertificateException e) {
            throw new RejectedException(chain, e);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        judge(chain, () -> judge.checkClientTrusted(chain, type));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        judge(chain, () -> judge.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        judge(chain, () -> judge.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        judge(chain, () -> judge.checkServerTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        judge(chain, () -> judge.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        judge(chain, () -> judge.checkServerTrusted(chain, type, engine));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return judge.getAcceptedIssuers();
    }
}
